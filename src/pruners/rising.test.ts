import t from 'tap';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createPruner } from './index.ts';

/** A hundred complete trials, worth 1 … 100 at every step. */
const PEERS = Array.from({ length: 100 }, (_, i) =>
  makeTrial(i, i + 1, {
    reports: Object.fromEntries(Array.from({ length: 20 }, (_, step) => [step + 1, i + 1])),
  }),
);

/** How many of the hundred values would go on at a step. */
function countKept(step: number, options: Record<string, number> = {}): number {
  const pruner = createPruner({ name: 'rising', options });
  const study = makeStudy({}, { direction: 'maximize' });
  return PEERS.filter(({ number }) => {
    const trial = makeTrial(200, 'running', { reports: { [step]: number + 1 } });
    return !pruner.prune(study, trial, PEERS);
  }).length;
}

t.test('the bar rises with the rung: 0.87 to its power is kept', async (t) => {
  t.same(
    [1, 2, 5, 9].map((step) => countKept(step)),
    [87, 75, 50, 29],
  );
  t.equal(countKept(3, { share: 0.5 }), 13, '0.125 of 100, the bar itself included');
  t.equal(countKept(3, { share: 1 }), 100);
});

t.test('at the end of a schedule nothing is stopped any more; beyond it the median counts', async (t) => {
  t.equal(countKept(10), 100);
  t.equal(countKept(15), 50);
});

t.test('start-up trials and first rung can be set', async (t) => {
  t.equal(countKept(1, { nStartupTrials: 101 }), 100);
  t.equal(countKept(2, { nWarmupSteps: 3 }), 100);
});
