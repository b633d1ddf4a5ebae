import t from 'tap';
import type { Json } from '../domain/trial.ts';
import { makeStudy, makeTrial } from '../testing/trial-fixtures.ts';
import { createPruner } from './index.ts';
import { signedRankTest } from './signed-rank.ts';

const reports = (values: readonly number[]) => Object.fromEntries(values.entries());
const prunes = (
  name: string,
  values: readonly number[],
  history: ReturnType<typeof makeTrial>[] = [],
  options: Record<string, Json> = {},
) =>
  createPruner({ name, options }).prune(
    makeStudy({}, { direction: 'maximize' }),
    makeTrial(99, 'running', { reports: reports(values) }),
    history,
  );

t.test('threshold stops values outside its bounds, and NaN', async (t) => {
  t.equal(prunes('threshold', [0, 0, 0, 0.2], [], { lower: 0.3 }), true);
  t.equal(prunes('threshold', [0, 0, 0, 0.3], [], { lower: 0.3 }), false);
  t.equal(prunes('threshold', [0, 0, 0, 9], [], { upper: 8 }), true);
  t.equal(prunes('threshold', [0, 0, 0, Number.NaN]), true);
  t.equal(prunes('threshold', [0, 0, Number.NaN], [], { lower: 1 }), false, 'not before the third rung');
  t.throws(() => prunes('threshold', [], [], { lower: 'low' }), {
    message: /lower = "low"/,
    fix: 'give a number (any)',
  });
});

t.test('patient waits until a trial has stalled', async (t) => {
  const peers = [5, 6, 7, 8, 9].map((value, i) =>
    makeTrial(i, value, { reports: reports(Array(8).fill(value)) }),
  );
  t.equal(prunes('median', [1, 2, 3, 4], peers), true);
  t.equal(prunes('patient', [1, 2, 3, 4], peers), false, 'it still improves');
  t.equal(prunes('patient', [4, 1, 2, 3], peers), true, 'three reports brought nothing');
  t.equal(prunes('patient', [4, 4.05, 4.1, 4.1], peers, { minDelta: 0.2 }), false, 'equal is no loss');
  t.equal(prunes('patient', [9, 1, 2, 3], peers), false, 'the wrapped pruner decides');
  t.equal(prunes('patient', [4, 1, 2, 3], peers, { pruner: 'threshold', lower: 3.5, patience: 1 }), true);
  t.throws(() => prunes('patient', [1], [], { pruner: 'patient' }), {
    message: '"patient" cannot wrap "patient".',
  });
});

t.test('the signed-rank test has its tabled values', async (t) => {
  t.equal(signedRankTest([1, 2, 3, 4, 5]), 1 / 32);
  t.equal(signedRankTest([-1, 2, 3, 4, 5]), 2 / 32);
  // Eleven of the sixteen sums of ranks 1 … 4 are 4 or more.
  t.equal(signedRankTest([1, -2, 3, -4]), 11 / 16);
  t.equal(signedRankTest([-1, -2, -3]), 1);
  t.equal(signedRankTest([]), 1);
  // Ties share ranks 1.5, 1.5, 3: sums of 6, 4.5, 4.5, 3, 3, 1.5, 1.5, 0.
  t.equal(signedRankTest([1, 1, -2]), 5 / 8);
  // A zero keeps the smallest rank but takes no side: 2 and 3 are tossed.
  t.equal(signedRankTest([0, 1, 2]), 1 / 4);
});

t.test('wilcoxon stops a trial whose folds are worse than the best trial, fold by fold', async (t) => {
  const best = makeTrial(0, 0.9, { reports: reports([0.9, 0.8, 0.95, 0.85, 0.9]) });
  const other = makeTrial(1, 0.1, { reports: reports([0.1, 0.1, 0.1, 0.1, 0.1]) });
  t.equal(prunes('wilcoxon', [0.8, 0.7, 0.9, 0.8], [other, best]), true);
  t.equal(prunes('wilcoxon', [0.8, 0.7, 0.9], [other, best]), false, 'three folds prove nothing');
  t.equal(prunes('wilcoxon', [0.95, 0.7, 0.9, 0.8], [other, best]), false, 'one fold is better: p = 5/16');
  t.equal(prunes('wilcoxon', [0.8, 0.7, 0.9, 0.8], [best], { pThreshold: 0.05 }), false);
});
