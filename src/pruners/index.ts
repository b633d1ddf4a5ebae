import { createFrom, defineEntry, parseOptions, type RegistryEntry } from '../domain/choice.ts';
import { UsageError } from '../domain/errors.ts';
import type { Pruner } from '../domain/ports.ts';
import type { Choice } from '../domain/study.ts';
import { ashaPruner, ashaRules } from './asha.ts';
import { hyperbandPruner } from './hyperband.ts';
import { medianPruner } from './median.ts';
import { nonePruner } from './none.ts';
import { patientPruner, patientRules } from './patient.ts';
import { peerRules, percentilePruner, percentileRules } from './percentile.ts';
import { risingPruner, risingRules } from './rising.ts';
import { thresholdPruner, thresholdRules } from './threshold.ts';
import { topKPruner, topKRules } from './top-k.ts';
import { wilcoxonPruner, wilcoxonRules } from './wilcoxon.ts';

/** Every pruner by name; a new one is its file and one line here. */
export const PRUNERS = {
  none: defineEntry('lets every trial finish', {}, nonePruner),
  rising: defineEntry('stops ever more trials as they go on, the hopeless first', risingRules, risingPruner),
  median: defineEntry('stops trials below the median of their peers', peerRules, medianPruner),
  percentile: defineEntry('keeps the best given percent of the peers', percentileRules, percentilePruner),
  threshold: defineEntry('stops trials outside fixed bounds', thresholdRules, thresholdPruner),
  patient: {
    about: 'lets another pruner act only on trials that have stalled',
    rules: patientRules,
    create: createPatient,
  },
  wilcoxon: defineEntry(
    'compares folds with the best trial, for cross-validation',
    wilcoxonRules,
    wilcoxonPruner,
  ),
  asha: defineEntry('asynchronous successive halving', ashaRules, ashaPruner),
  hyperband: defineEntry('successive halvings that begin at different rungs', ashaRules, hyperbandPruner),
  'top-k-at-first-rung': defineEntry(
    'keeps the best share at the first rung, then all',
    topKRules,
    topKPruner,
  ),
} satisfies Record<string, RegistryEntry<Pruner>>;

/** @throws {UsageError} for an unknown name or option, listing the known ones */
export function createPruner(choice: Choice): Pruner {
  return createFrom<Pruner>('pruner', PRUNERS, choice);
}

/** `pruner` names the one that is wrapped (median); options that are not the wrapper's are passed on to it. */
function createPatient({ name, options }: Choice): Pruner {
  const { pruner = 'median', ...rest } = options;
  if (typeof pruner !== 'string' || pruner === name)
    throw new UsageError(`"${name}" cannot wrap ${JSON.stringify(pruner)}.`, { fix: 'name another pruner' });
  const isOwn = ([key]: [string, unknown]) => Object.hasOwn(patientRules, key);
  const own = Object.fromEntries(Object.entries(rest).filter(isOwn));
  const others = Object.fromEntries(Object.entries(rest).filter((entry) => !isOwn(entry)));
  const wrapped = createPruner({ name: pruner, options: others });
  return patientPruner(wrapped, parseOptions({ name, options: own }, patientRules));
}
