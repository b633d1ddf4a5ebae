/**
 * Asynchronous successive halving: at each rung the best 1/η of all trials that have come there go on, decided when a trial
 * arrives, so that no worker waits for another. Rungs lie a factor η apart.
 *
 * L. Li et al.: A system for massively parallel hyperparameter tuning. MLSys 2020 (arXiv 1810.05934), algorithm 2.
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import { geometricRungs, isKept, reachedRung } from './rungs.ts';

export const ashaRules = {
  reductionFactor: {
    default: 3,
    min: 1.1,
    about: 'η: of so many trials one goes on, and rungs are this factor apart',
  },
  minResource: { default: 3, min: 1, integer: true, about: 'the first rung' },
  maxResource: { default: 10, min: 1, integer: true, about: 'the last step of a schedule' },
  minPeers: {
    default: 5,
    min: 1,
    integer: true,
    about: 'other trials at a rung before any is stopped there',
  },
} satisfies OptionRules;

export function ashaPruner(options: OptionValues<typeof ashaRules>): Pruner {
  const { reductionFactor, minResource, maxResource, minPeers } = options;
  const rungs = geometricRungs(minResource, reductionFactor, maxResource);
  return {
    prune(study, trial, history) {
      const rung = reachedRung(trial, rungs);
      if (rung === null) return false;
      const rule = { direction: study.directions[0]!, rung, share: 1 / reductionFactor, minPeers };
      return !isKept(trial, history, rule);
    },
  };
}
