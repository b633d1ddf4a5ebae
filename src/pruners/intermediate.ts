import { type Direction, isBetter } from '../domain/objective.ts';
import type { CompleteTrial, FrozenTrial } from '../domain/trial.ts';

/** The best value that a trial has reported so far; NaN when all are NaN or there is none. */
export function bestSoFar(direction: Direction, trial: FrozenTrial): number {
  let best = Number.NaN;
  for (const value of trial.intermediateValues.values()) if (isBetter(direction, value, best)) best = value;
  return best;
}

/** The peers' numbers at a step: what complete trials reported there, NaN left out. */
export function peerValues(history: readonly FrozenTrial[], step: number): number[] {
  const values: number[] = [];
  for (const trial of history) {
    const value = isPeer(trial) ? trial.intermediateValues.get(step) : undefined;
    if (value !== undefined && !Number.isNaN(value)) values.push(value);
  }
  return values;
}

export function countComplete(history: readonly FrozenTrial[]): number {
  return history.filter(isPeer).length;
}

/** Excluded trials are no measure for others. */
function isPeer(trial: FrozenTrial): trial is CompleteTrial {
  return trial.state === 'complete' && trial.excluded !== true;
}

/**
 * The percentile of a list as NumPy's default computes it (linear between ranks).
 * @param percent 0–100 @returns NaN for an empty list
 */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [below, above] = [sorted[Math.floor(rank)] ?? Number.NaN, sorted[Math.ceil(rank)] ?? Number.NaN];
  // Equal neighbours first: the difference of two infinities is NaN.
  return below === above ? below : below + (above - below) * (rank - Math.floor(rank));
}
