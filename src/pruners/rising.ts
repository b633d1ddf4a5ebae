/**
 * A bar that rises with the training: at rung r a trial must be among the best share^r of the complete trials. Early ranks
 * say little, so at first only the hopeless are stopped; late ones say nearly everything, so a trial that has come far
 * is still stopped when it no longer has a chance. Of the rules tried on recorded fastText trainings the one that lost the
 * best configuration least often for the time it saved (docs/pruners.md).
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import { lastStep } from '../domain/trial.ts';
import { peerRules, percentilePruner } from './percentile.ts';

export const risingRules = {
  share: {
    default: 0.87,
    min: 0.5,
    max: 1,
    about: 'share of the complete trials that is kept, to the power of the rung',
  },
  ...peerRules,
  nWarmupSteps: { ...peerRules.nWarmupSteps, default: 1 },
} satisfies OptionRules;

/** A schedule's end: stopping a trial there saves nothing. */
const END = 10;
/** In percent: for programs that count more steps than a schedule has rungs. */
const BEYOND = 50;

export function risingPruner({ share, ...peers }: OptionValues<typeof risingRules>): Pruner {
  return {
    prune(study, trial, history) {
      const step = lastStep(trial);
      if (step === null || step === END) return false;
      const percentile = step > END ? BEYOND : 100 * share ** step;
      return percentilePruner({ percentile, ...peers }).prune(study, trial, history);
    },
  };
}
