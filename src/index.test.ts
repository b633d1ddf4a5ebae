import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { writeDemo } from './datasets/index.ts';
import { createStudy, openStorage, optimize, UsageError } from './index.ts';

t.setTimeout(300_000);

t.test('a program makes a study and searches it', async (t) => {
  const dir = t.testdir();
  await writeDemo(dir, { documents: 200, seed: 3 });
  const storage = await openStorage(join(dir, 'trials.db'), { create: true });
  t.teardown(() => storage.close());
  const options = { name: 'demo', model: 'fasttext', train: join(dir, 'train.txt') };
  const study = await createStudy(storage, options);
  await t.rejects(createStudy(storage, options), UsageError);
  const seen: string[] = [];
  const summary = await optimize(storage, study, {
    nTrials: 1,
    runsDir: join(dir, 'runs'),
    onEvent: ({ type }) => seen.push(type),
  });
  t.match(summary, { study: 'demo', nTrials: 1, best: { number: 0, state: 'complete' } });
  t.equal(seen.at(-1), 'done');
});

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = existsSync(join(root, 'dist', 'index.js'));

t.test(
  'the built package is imported by its name',
  { skip: built ? false : 'dist/ is not built' },
  async (t) => {
    const dir = t.testdir();
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(root, join(dir, 'node_modules', 'hpo'));
    const program = `
    import { createStudy, loadStudy, loadPredictor, openStorage, optimize, optimizeFunction } from 'hpo';
    const storage = await openStorage('sqlite:trials.db', { create: true });
    await createStudy(storage, { name: 's', space: { x: { type: 'int', low: 1, high: 3 } }, metric: 'loss' });
    const best = await optimizeFunction(storage, await loadStudy(storage, 's'), ({ params }) => params.x, { nTrials: 3 });
    await storage.close();
    console.log(JSON.stringify([best.values, typeof optimize, typeof loadPredictor]));
  `;
    writeFileSync(join(dir, 'search.mjs'), program);
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ['search.mjs'], { cwd: dir, env });
    t.same(JSON.parse(stdout), [[1], 'function', 'function']);
  },
);
