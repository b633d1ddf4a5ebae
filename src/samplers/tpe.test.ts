import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { searchOn } from '../testing/sampler-contract.ts';
import { type MadeOutcome, makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createSampler } from './index.ts';

const tpe = () => createSampler({ name: 'tpe', options: {} });
const plane: SearchSpace = {
  x: { type: 'float', low: 0, high: 1 },
  c: { type: 'categorical', choices: ['a', 'b', 'c', 'd'] },
};
const number = (params: Params, name: string) => params[name] as number;

/** 40 evenly spread trials, each ending as `outcomeOf` says, and 30 suggestions from them. */
async function suggestAfter(
  outcomeOf: (x: number, c: string) => MadeOutcome,
  reports?: (x: number) => number,
) {
  const study = makeStudy(plane);
  const history = Array.from({ length: 40 }, (_, i) => {
    const params = { x: (i + 0.5) / 40, c: 'abcd'[i % 4]! };
    return makeTrial(i, outcomeOf(params.x, params.c), {
      params,
      reports: reports ? { 1: 0, 3: reports(params.x) } : {},
    });
  });
  return Promise.all(
    Array.from({ length: 30 }, async (_, i) => tpe().sample(study, history, createRng(5, i))),
  );
}

t.test('suggestions gather where the values are good', async (t) => {
  const suggestions = await suggestAfter((x, c) => Math.abs(x - 0.8) + (c === 'c' ? 0 : 0.5));
  t.ok(suggestions.filter((params) => Math.abs(number(params, 'x') - 0.8) < 0.2).length >= 24);
  t.ok(suggestions.filter(({ c }) => c === 'c').length >= 24);
});

t.test('pruned trials guide the search by their reports', async (t) => {
  const suggestions = await suggestAfter(
    () => 'pruned',
    (x) => Math.abs(x - 0.3),
  );
  t.ok(suggestions.filter((params) => Math.abs(number(params, 'x') - 0.3) < 0.2).length >= 24);
});

t.test('configurations that run out of memory are avoided', async (t) => {
  const suggestions = await suggestAfter((x) => (x > 0.5 ? 'out-of-memory' : 1));
  t.ok(suggestions.filter((params) => number(params, 'x') > 0.55).length <= 3);
});

t.test('crashes teach nothing', async (t) => {
  const suggestions = await suggestAfter((x) => (x > 0.5 ? 'crash' : 1 - x));
  t.ok(suggestions.some((params) => number(params, 'x') > 0.5));
});

t.test('a running trial keeps the next suggestions away from its point', async (t) => {
  const study = makeStudy({ x: { type: 'float', low: 0, high: 1 } });
  const done = Array.from({ length: 20 }, (_, i) => {
    const x = (i + 0.5) / 20;
    return makeTrial(i, Math.abs(x - 0.5), { params: { x } });
  });
  const distance = async (history: typeof done) => {
    const all = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => tpe().sample(study, history, createRng(1, i))),
    );
    return all.reduce((sum, params) => sum + Math.abs(number(params, 'x') - 0.5), 0) / all.length;
  };
  const busy = Array.from({ length: 8 }, (_, i) => makeTrial(20 + i, 'running', { params: { x: 0.5 } }));
  t.ok((await distance([...done, ...busy])) > 1.2 * (await distance(done)));
});

t.test('parameters that depend on each other are learned jointly', async (t) => {
  const space: SearchSpace = {
    x: { type: 'float', low: 0, high: 1 },
    y: { type: 'float', low: 0, high: 1 },
  };
  // Good along a diagonal: only a joint model knows that a high x wants a high y.
  const history = Array.from({ length: 100 }, (_, i) => {
    const rng = createRng(3, i);
    const params = { x: rng.uniform(), y: rng.uniform() };
    return makeTrial(i, Math.abs(params.x - params.y), { params });
  });
  const suggestions = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => tpe().sample(makeStudy(space), history, createRng(4, i))),
  );
  t.ok(suggestions.filter((p) => Math.abs(number(p, 'x') - number(p, 'y')) < 0.2).length >= 32);
});

t.test('a conditional optimum is found, better than random search does', async (t) => {
  const space: SearchSpace = {
    model: { type: 'categorical', choices: ['a', 'b', 'c'] },
    lr: { type: 'float', low: 1e-4, high: 1, log: true, when: { model: ['b'] } },
    depth: { type: 'int', low: 1, high: 30, when: { model: ['a', 'c'] } },
  };
  const score = ({ model, lr, depth }: Params) =>
    model === 'b' ? (Math.log10(lr as number) + 2) ** 2 : 0.5 + Math.abs((depth as number) - 12);
  const best = async (name: string) => {
    const bests = await Promise.all(
      Array.from({ length: 9 }, async (_, seed) => {
        const trials = await searchOn(
          createSampler({ name, options: {} }),
          makeStudy(space, { seed }),
          50,
          score,
        );
        return Math.min(...trials.map(({ params }) => score(params)));
      }),
    );
    return bests.sort((a, b) => a - b)[4]!;
  };
  t.ok((await best('tpe')) < 0.5 * (await best('random')));
});
