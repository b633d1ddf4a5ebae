import t from 'tap';
import { findFront } from '../domain/best-trials.ts';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { makeMultiStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createSampler } from './index.ts';

const space: SearchSpace = {
  x: { type: 'float', low: 0, high: 1 },
  y: { type: 'float', low: 0, high: 1 },
  kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
};
const study = makeMultiStudy(space);

/** The front is y = 0 and kind a, with any x. */
const outcomeOf = ({ x, y, kind }: FrozenTrial['params']): number[] => {
  const waste = Number(y) + (kind === 'a' ? 0 : 0.5);
  return [Number(x) + waste, 1 - Number(x) + waste];
};

async function search(n: number, populationSize = 10): Promise<FrozenTrial[]> {
  const sampler = createSampler({ name: 'nsga2', options: { populationSize } });
  const history: FrozenTrial[] = [];
  for (let number = 0; number < n; number++) {
    const params = await sampler.sample(study, history, createRng(1, number));
    history.push(makeTrial(number, outcomeOf(params), { params, space }));
  }
  return history;
}

t.test('the front comes nearer to the true one, and stays wide', async (t) => {
  const history = await search(150);
  const wasteOf = (trials: readonly FrozenTrial[]) =>
    findFront(study, trials).reduce((sum, { values }) => sum + values[0]! + values[1]! - 1, 0) /
    findFront(study, trials).length;
  t.ok(wasteOf(history) < wasteOf(history.slice(0, 20)) / 4, `${wasteOf(history)}`);
  const xs = findFront(study, history).map(({ params }) => Number(params['x']));
  t.ok(Math.max(...xs) - Math.min(...xs) > 0.6, `from ${Math.min(...xs)} to ${Math.max(...xs)}`);
});

t.test('a resumed search is the search: the population is in the history', async (t) => {
  const history = await search(40);
  const sampler = createSampler({ name: 'nsga2', options: { populationSize: 10 } });
  for (const number of [9, 10, 25, 39]) {
    const params = await sampler.sample(
      study,
      structuredClone(history.slice(0, number)),
      createRng(1, number),
    );
    t.same(params, history[number]!.params, `trial ${number}`);
  }
});

t.test('parents keep the constraints where any trial does', async (t) => {
  const options = { populationSize: 10 };
  // Trials with x above one half break it, the more the farther; they are better by every objective.
  const history = Array.from({ length: 60 }, (_, i) => {
    const x = (i + 0.5) / 60;
    const trial = makeTrial(i, [1 - x, 1 - x], { params: { x, y: 0.5, kind: 'b' }, space });
    return { ...trial, systemAttrs: { constraints: [x - 0.5] } };
  });
  const children = [];
  for (let seed = 0; seed < 40; seed++)
    children.push(
      await createSampler({ name: 'nsga2', options }).sample(study, history, createRng(seed, 60)),
    );
  const far = children.filter(({ x }) => Number(x) > 0.6).length;
  t.ok(far < 8, `${far} of 40 children lie where constraints are broken`);
});
