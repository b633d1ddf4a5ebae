import { type FrozenTrial, lastStep } from '../domain/trial.ts';
import type { RankedTrials } from './rank-trials.ts';

/**
 * A finite loss for each trial that could be trained, in the order of `ranked`. Complete trials have theirs, infinite ones
 * that of the best or worst finite one. A pruned trial gets what complete trials of the same standing at its last step
 * ended with, and at least the median: it was stopped for being bad.
 */
export function estimateLosses({ ranked, nFeasible, losses, sign }: RankedTrials): Float64Array {
  const nComplete = losses.length;
  const finite = losses.filter(Number.isFinite);
  const [best, worst] = [finite[0] ?? 0, finite.at(-1) ?? 0];
  const clamped = losses.map((loss) => Math.min(Math.max(loss, best), worst));
  return Float64Array.from({ length: nFeasible }, (_, i) => {
    if (i < nComplete) return clamped[i]!;
    // Without a complete trial only the order of the pruned ones is known.
    if (nComplete === 0) return i;
    const share = standing(ranked[i]!, ranked.slice(0, nComplete), sign);
    return clamped[Math.floor(Math.max(share, 0.5) * (nComplete - 1))]!;
  });
}

/** The share of complete trials that were better at the trial's last step; ¾ where none can be compared. */
function standing(trial: FrozenTrial, complete: readonly FrozenTrial[], sign: number): number {
  const step = lastStep(trial);
  if (step === null) return 0.75;
  const value = sign * trial.intermediateValues.get(step)!;
  const peers = complete.flatMap((peer) => peer.intermediateValues.get(step) ?? []);
  if (peers.length === 0) return 0.75;
  return peers.filter((peer) => !(sign * peer >= value)).length / peers.length;
}
