/**
 * For trials that report one value a fold (cross-validation): stops a trial when its folds are significantly worse than
 * the same folds of the best trial, by a paired signed-rank test. The steps are the folds; their order does not matter.
 * A trial whose mean over its folds is still the better one goes on. The rule of Optuna's WilcoxonPruner.
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import { isBetter } from '../domain/objective.ts';
import type { Pruner } from '../domain/ports.ts';
import { findBestTrial } from '../domain/study.ts';
import { signedRankTest } from './signed-rank.ts';

export const wilcoxonRules = {
  pThreshold: { default: 0.1, min: 0, max: 1, about: 'error rate of stopping a trial that is no worse' },
  nStartupSteps: {
    default: 4,
    min: 0,
    integer: true,
    about: 'folds that must be compared before any trial is stopped',
  },
} satisfies OptionRules;

export function wilcoxonPruner({ pThreshold, nStartupSteps }: OptionValues<typeof wilcoxonRules>): Pruner {
  return {
    prune(study, trial, history) {
      const best = findBestTrial(study, history);
      if (best === null) return false;
      const direction = study.directions[0]!;
      const sign = direction === 'maximize' ? 1 : -1;
      const pairs = [...trial.intermediateValues].flatMap(([step, own]) => {
        const other = best.intermediateValues.get(step);
        return other === undefined || Number.isNaN(own) || Number.isNaN(other) ? [] : [{ own, other }];
      });
      if (pairs.length < Math.max(nStartupSteps, 1)) return false;
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      if (!isBetter(direction, mean(pairs.map(({ other }) => other)), mean(pairs.map(({ own }) => own))))
        return false;
      // Equal infinities differ by NaN: no difference.
      return signedRankTest(pairs.map(({ own, other }) => sign * (other - own) || 0)) < pThreshold;
    },
  };
}
