/**
 * One look only: at the first rung the best share of the trials seen so far goes on and is never stopped again. A strong
 * baseline, as ranks rarely change after a small part of the training.
 *
 * R. Egele et al.: Is one epoch all you need for multi-fidelity hyperparameter optimization? ESANN 2023 (arXiv 2307.15422).
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Pruner } from '../domain/ports.ts';
import { isKept, reachedRung } from './rungs.ts';

export const topKRules = {
  share: { default: 0.3, min: 0, max: 1, about: 'share of the trials that goes on' },
  rung: { default: 3, min: 0, integer: true, about: 'where it is decided' },
  minPeers: { default: 5, min: 1, integer: true, about: 'other trials at the rung before any is stopped' },
} satisfies OptionRules;

export function topKPruner({ share, rung, minPeers }: OptionValues<typeof topKRules>): Pruner {
  return {
    prune(study, trial, history) {
      if (reachedRung(trial, [rung]) === null) return false;
      return !isKept(trial, history, { direction: study.directions[0]!, rung, share, minPeers });
    },
  };
}
