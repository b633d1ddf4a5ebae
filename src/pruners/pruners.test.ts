import t from 'tap';
import { prunerContract } from '../testing/pruner-contract.ts';
import { createPruner, PRUNERS } from './index.ts';

for (const name of Object.keys(PRUNERS)) {
  t.test(`${name} keeps the pruner contract`, (t) => {
    prunerContract(t, () => createPruner({ name, options: {} }));
    t.end();
  });
}

t.test('an unknown pruner or option is refused with the known ones', async (t) => {
  t.throws(() => createPruner({ name: 'mean', options: {} }), {
    message: 'No pruner "mean".',
    fix: `use one of: ${Object.keys(PRUNERS).join(', ')}`,
  });
  t.throws(() => createPruner({ name: 'median', options: { warmup: 1 } }), {
    message: '"median" has no option "warmup".',
    fix: 'its options: nStartupTrials, nWarmupSteps, nMinTrials',
  });
});
