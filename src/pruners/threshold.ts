import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import { lastStep } from '../domain/trial.ts';

export const thresholdRules = {
  lower: {
    default: Number.NEGATIVE_INFINITY,
    min: Number.NEGATIVE_INFINITY,
    about: 'least value that goes on',
  },
  upper: {
    default: Number.POSITIVE_INFINITY,
    min: Number.NEGATIVE_INFINITY,
    about: 'largest value that goes on',
  },
  nWarmupSteps: {
    default: 3,
    min: 0,
    integer: true,
    about: 'first step (rung) at which a trial may be pruned',
  },
} satisfies OptionRules;

/** Stops a trial whose latest value is below `lower`, above `upper` or NaN. */
export function thresholdPruner({ lower, upper, nWarmupSteps }: OptionValues<typeof thresholdRules>): Pruner {
  return {
    prune(_study, trial) {
      const step = lastStep(trial);
      if (step === null || step < nWarmupSteps) return false;
      const value = trial.intermediateValues.get(step)!;
      return Number.isNaN(value) || value < lower || value > upper;
    },
  };
}
