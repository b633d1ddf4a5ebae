import t from 'tap';
import { makeTrial } from '../testing/trial-fixtures.ts';
import {
  findBestTrial,
  findBestTrials,
  findFront,
  findLeastViolating,
  joinFront,
  sortBestFirst,
} from './best-trials.ts';
import type { Direction } from './objective.ts';
import type { FrozenTrial } from './trial.ts';

const up: { directions: Direction[] } = { directions: ['maximize'] };
/** Score up, size down. */
const both: { directions: Direction[] } = { directions: ['maximize', 'minimize'] };

/** Complete trials numbered from 0; `broken` is what a trial breaks its one constraint by. */
function trialsOf(...rows: (readonly [values: readonly number[], broken?: number])[]): FrozenTrial[] {
  return rows.map(([values, broken], i) => {
    const systemAttrs = broken === undefined ? {} : { constraints: [broken] };
    return { ...makeTrial(i, 0), values, systemAttrs } as FrozenTrial;
  });
}
const numbers = (trials: readonly FrozenTrial[]) => trials.map(({ number }) => number);

t.test('the best keeps its constraints, and of equals is the earliest', async (t) => {
  const trials = trialsOf([[0.9], 0.1], [[0.7], -1], [[0.8]], [[0.8], 0]);
  t.equal(findBestTrial(up, trials)?.number, 2);
  t.equal(findBestTrial(up, trialsOf([[0.9], 1])), null, 'nothing is feasible');
  t.equal(findBestTrial(up, [{ ...trials[2]!, excluded: true }, makeTrial(9, 'pruned')]), null);
});

t.test('with several objectives the best by one of them lies on the front', async (t) => {
  const trials = trialsOf([[0.9, 50]], [[0.9, 20]], [[0.5, 1]], [[0.4, 1]], [[0.99, 1], 3]);
  t.equal(findBestTrial(both, trials)?.number, 1);
  t.equal(findBestTrial(both, trials, 1)?.number, 2);
  t.same(numbers(findFront(both, trials)), [1, 2]);
});

t.test('equal trials share the front, as in Optuna', async (t) => {
  t.same(numbers(findFront(both, trialsOf([[0.5, 1]], [[0.5, 1]], [[0.4, 1]]))), [0, 1]);
  t.same(numbers(findFront(up, trialsOf([[0.5]], [[0.5]]))), [0], 'of one objective there is one best');
});

t.test('a front grows and shrinks trial by trial to what it is as a whole', async (t) => {
  const trials = trialsOf([[0.5, 9]], [[0.4, 8]], [[0.5, 10]], [[0.6, 9]], [[0.9, 1], 1], [[0.4, 8]]);
  let front: readonly ReturnType<typeof findFront>[number][] = [];
  const joined = trials.filter((trial) => {
    const before = front;
    front = joinFront(both, before, trial);
    return front !== before;
  });
  t.same(numbers(joined), [0, 1, 3, 5]);
  t.same(numbers(front), numbers(findFront(both, trials)));
});

t.test('models are kept in the order of fronts, their ends first, broken constraints last', async (t) => {
  const trials = trialsOf(
    [[0.9, 90]],
    [[0.8, 50]],
    [[0.5, 10]],
    [[0.79, 49]],
    [[0.4, 40]],
    [[0.99, 1], 0.5],
    [[0.99, 1], 0.2],
  );
  const order = numbers(sortBestFirst(both, trials));
  t.same(order.slice(0, 2), [0, 2], 'the ends of the front');
  t.same(order.slice(2, 4).sort(), [1, 3]);
  t.same(order.slice(4), [4, 6, 5]);
  t.same(numbers(findBestTrials(both, trials, 2)), [0, 2]);
  t.equal(findLeastViolating(both, trials)?.number, 6);
});

t.test('of one objective the best few come by value, feasible ones first', async (t) => {
  const trials = trialsOf([[0.9], 0.1], [[0.7]], [[0.8]], [[0.95], 0.1], [[0.1]]);
  t.same(numbers(findBestTrials(up, trials, 4)), [2, 1, 4, 3]);
  t.same(numbers(sortBestFirst(up, trials)), [2, 1, 4, 3, 0]);
  t.same(findBestTrials(up, trials, 0), []);
});
