import t from 'tap';
import { makeTrial } from '../testing/trial-fixtures.ts';
import { rankTrials } from './rank-trials.ts';

const history = [
  makeTrial(0, 0.3),
  makeTrial(1, 'pruned', { reports: { 3: 0.9 } }),
  makeTrial(2, 'out-of-memory'),
  makeTrial(3, 0.1),
  makeTrial(4, 'pruned', { reports: { 3: 0.1, 5: 0.4 } }),
  makeTrial(5, 'lost'),
  makeTrial(6, Number.NaN),
  makeTrial(7, 'running'),
  makeTrial(8, 'pruned', { reports: { 5: Number.NaN } }),
  makeTrial(9, -Infinity),
  makeTrial(10, 'pruned'),
  makeTrial(11, 'waiting'),
  makeTrial(12, 'pruned', { reports: { 3: 0.5 } }),
];

t.test(
  'complete trials come first, then pruned ones by step and value, then those that cannot be trained',
  async (t) => {
    const { ranked, nFeasible, losses, pending } = rankTrials('minimize', history);
    t.same(
      ranked.map(({ number }) => number),
      [9, 3, 0, 4, 8, 12, 1, 10, 2, 6],
    );
    t.equal(nFeasible, 8);
    t.same([...losses], [-Infinity, 0.1, 0.3]);
    t.same(
      pending.map(({ number }) => number),
      [7, 11],
    );
  },
);

t.test('larger values come first when they are better', async (t) => {
  const { ranked, losses } = rankTrials('maximize', history);
  t.same(
    ranked.map(({ number }) => number),
    [0, 3, 9, 4, 8, 1, 12, 10, 2, 6],
  );
  t.same([...losses], [-0.3, -0.1, Infinity]);
});
