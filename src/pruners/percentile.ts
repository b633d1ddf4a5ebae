import type { OptionRules, OptionValues } from '../domain/choice.ts';
import { isBetter } from '../domain/objective.ts';
import type { Pruner } from '../domain/ports.ts';
import { lastStep } from '../domain/trial.ts';
import { bestSoFar, countComplete, peerValues, percentileOf } from './intermediate.ts';

/** Options of the pruners that compare a trial with the finished ones at the same step. */
export const peerRules = {
  nStartupTrials: { default: 5, min: 0, integer: true, about: 'complete trials before any is pruned' },
  nWarmupSteps: {
    default: 3,
    min: 0,
    integer: true,
    about: 'first step (rung) at which a trial may be pruned',
  },
  nMinTrials: {
    default: 1,
    min: 1,
    integer: true,
    about: 'complete trials that must have reported at the step',
  },
} satisfies OptionRules;

export const percentileRules = {
  percentile: {
    default: 25,
    min: 0,
    max: 100,
    about: 'share of the peers, in percent, that a trial must belong to',
  },
  ...peerRules,
} satisfies OptionRules;

/**
 * Stops a trial whose best value so far is worse than the given percentile of what complete trials reported at the same
 * step (25: keep the best quarter). A trial that reported nothing but NaN is stopped.
 *
 * The rule of Optuna's PercentilePruner; at 50, Google Vizier's median stopping rule (Golovin et al., KDD 2017, 3.2.2).
 */
export function percentilePruner(options: OptionValues<typeof percentileRules>): Pruner {
  const { percentile, nStartupTrials, nWarmupSteps, nMinTrials } = options;
  return {
    prune(study, trial, history) {
      const step = lastStep(trial);
      if (step === null || step < nWarmupSteps || countComplete(history) < nStartupTrials) return false;
      const direction = study.directions[0]!;
      const best = bestSoFar(direction, trial);
      if (Number.isNaN(best)) return true;
      const peers = peerValues(history, step);
      if (peers.length < nMinTrials) return false;
      const bar = percentileOf(peers, direction === 'maximize' ? 100 - percentile : percentile);
      return isBetter(direction, bar, best);
    },
  };
}
