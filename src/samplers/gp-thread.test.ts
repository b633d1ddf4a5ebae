import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { fromUnit } from '../domain/distribution.ts';
import { createRng } from '../domain/random.ts';
import { buildParams, type SearchSpace } from '../domain/search-space.ts';
import type { GpProblem } from './gp-problem.ts';
import { suggestPoints } from './gp-suggest.ts';
import { suggestInThread } from './gp-thread.ts';

const space: SearchSpace = {
  x: { type: 'float', low: 0, high: 1 },
  n: { type: 'int', low: 1, high: 64, log: true },
  kind: { type: 'categorical', choices: ['a', 'b'] },
  y: { type: 'float', low: 0, high: 1, when: { kind: ['b'] } },
};

function makeProblem(n: number): GpProblem {
  const observations = Array.from({ length: n }, (_, number) => {
    const rng = createRng(1, number);
    const params = buildParams(space, (_name, entry) => fromUnit(entry, rng.uniform()));
    return { number, params, loss: number / n };
  });
  return {
    space,
    seed: 3,
    mayBend: true,
    modelled: observations,
    learned: observations,
    failed: [],
    running: [],
  };
}

t.test('a thread suggests what the process itself would', async (t) => {
  const problems = [makeProblem(12), makeProblem(20)];
  const answers = await Promise.all(problems.map((problem, seed) => suggestInThread(problem, seed)));
  t.same(
    answers,
    problems.map((problem, seed) => suggestPoints(problem, seed)),
  );
});

t.test('the event loop goes on meanwhile', async (t) => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await suggestInThread(makeProblem(60), 1);
  clearInterval(timer);
  t.ok(ticks > 1, `${ticks} ticks`);
});

t.test('an error of the thread comes back to its asker, and the next question is answered', async (t) => {
  const broken = {
    ...makeProblem(12),
    space: { x: { type: 'float', low: 0, high: 1, when: { gone: [1] } } },
  };
  await t.rejects(suggestInThread(broken as unknown as GpProblem, 0));
  t.same(await suggestInThread(makeProblem(12), 5), suggestPoints(makeProblem(12), 5));
});

t.test('a process that has asked ends by itself', async (t) => {
  const module = fileURLToPath(new URL('./gp-thread.ts', import.meta.url));
  const script = `import { suggestInThread } from ${JSON.stringify(module)};
    const found = await suggestInThread(${JSON.stringify(makeProblem(10))}, 0);
    console.log(found.length);`;
  const dir = t.testdir({ 'ask.mts': script });
  const command = ['--import', 'tsx', join(dir, 'ask.mts')];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 60_000 });
  t.ok(Number(stdout) > 0);
});
