import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { searchOn } from '../testing/sampler-contract.ts';
import { type MadeOutcome, makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createSampler } from './index.ts';
import { estimateLosses } from './pruned-losses.ts';
import { rankTrials } from './rank-trials.ts';

const gp = () => createSampler({ name: 'gp', options: {} });
const square: SearchSpace = {
  x: { type: 'float', low: 0, high: 1 },
  y: { type: 'float', low: 0, high: 1 },
};
const at = (params: Params, name: string) => params[name] as number;

async function suggest(outcomeOf: (params: Params) => MadeOutcome, n = 5, running: readonly Params[] = []) {
  const study = makeStudy(square);
  const done = Array.from({ length: 16 }, (_, i) => {
    const params = { x: ((i % 4) + 0.5) / 4, y: (Math.floor(i / 4) + 0.5) / 4 };
    return makeTrial(i, outcomeOf(params), { params });
  });
  const history = [...done, ...running.map((params, i) => makeTrial(16 + i, 'running', { params }))];
  return Promise.all(Array.from({ length: n }, async (_, i) => gp().sample(study, history, createRng(1, i))));
}

t.test('a smooth bowl is located from 16 trials', async (t) => {
  for (const params of await suggest((p) => (at(p, 'x') - 0.62) ** 2 + (at(p, 'y') - 0.31) ** 2))
    t.ok(Math.hypot(at(params, 'x') - 0.62, at(params, 'y') - 0.31) < 0.08, JSON.stringify(params));
});

t.test('points that run already are not asked for again', async (t) => {
  const bowl = (p: Params) => (at(p, 'x') - 0.62) ** 2 + (at(p, 'y') - 0.31) ** 2;
  const [first] = await suggest(bowl, 1);
  const [second] = await suggest(bowl, 1, [first!]);
  t.ok(Math.hypot(at(first!, 'x') - at(second!, 'x'), at(first!, 'y') - at(second!, 'y')) > 0.005);
});

t.test('where trials run out of memory is avoided, though it looks good', async (t) => {
  const suggestions = await suggest((p) => (at(p, 'x') > 0.5 ? 'out-of-memory' : 1 - at(p, 'x')));
  for (const params of suggestions) t.ok(at(params, 'x') < 0.68, JSON.stringify(params));
});

t.test('a mixed conditional optimum is found within 30 trials', async (t) => {
  const space: SearchSpace = {
    model: { type: 'categorical', choices: ['a', 'b', 'c'] },
    lr: { type: 'float', low: 1e-4, high: 1, log: true, when: { model: ['b', 'c'] } },
    depth: { type: 'int', low: 1, high: 30, when: { model: ['a'] } },
  };
  const score = ({ model, lr, depth }: Params) =>
    model === 'a'
      ? 0.5 + Math.abs((depth as number) - 12) / 10
      : (Math.log10(lr as number) + 2) ** 2 + (model === 'c' ? 0.3 : 0);
  const trials = await searchOn(gp(), makeStudy(space), 30, score);
  t.ok(Math.min(...trials.map(({ params }) => score(params))) < 0.01);
});

t.test(
  'pruned trials are taken to end like complete ones of the same standing, and never above the median',
  async (t) => {
    const complete = [1, 2, 3, 4, 5].map((value, i) => makeTrial(i, value, { reports: { 3: value } }));
    const pruned = [0.5, 3.5, 9].map((value, i) => makeTrial(5 + i, 'pruned', { reports: { 3: value } }));
    const without = makeTrial(8, 'pruned');
    const trials = rankTrials('minimize', [...complete, ...pruned, without]);
    t.same([...estimateLosses(trials)], [1, 2, 3, 4, 5, 3, 3, 5, 4]);
  },
);

t.test('infinite losses count as the best or worst finite one', async (t) => {
  const trials = rankTrials(
    'maximize',
    [Infinity, 3, -Infinity, 1].map((value, i) => makeTrial(i, value)),
  );
  t.same([...estimateLosses(trials)], [-3, -3, -1, -1]);
});
