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
  const standing = standingAmong(ranked.slice(0, nComplete), sign);
  return Float64Array.from({ length: nFeasible }, (_, i) => {
    if (i < nComplete) return clamped[i]!;
    // Without a complete trial only the order of the pruned ones is known.
    if (nComplete === 0) return i;
    return clamped[Math.floor(Math.max(standing(ranked[i]!), 0.5) * (nComplete - 1))]!;
  });
}

/** The share of complete trials that were better at a trial's last step; ¾ where none can be compared. */
function standingAmong(complete: readonly FrozenTrial[], sign: number): (trial: FrozenTrial) => number {
  const known = new Map<number, Float64Array>();
  return (trial) => {
    const step = lastStep(trial);
    if (step === null) return 0.75;
    const peers = known.get(step) ?? sortedReports(complete, step, sign);
    known.set(step, peers);
    const value = sign * trial.intermediateValues.get(step)!;
    return peers.length === 0 ? 0.75 : countBelow(peers, value) / peers.length;
  };
}

/** Without NaN: such a report compares with nothing. */
function sortedReports(trials: readonly FrozenTrial[], step: number, sign: number): Float64Array {
  const values = trials.flatMap((trial) => trial.intermediateValues.get(step) ?? []);
  return Float64Array.from(
    values.filter((value) => !Number.isNaN(value)),
    (value) => sign * value,
  ).sort();
}

/** How many of the sorted numbers are smaller; all of them for NaN. */
function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
