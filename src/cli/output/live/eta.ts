import type { LiveState } from './state.ts';

/** Milliseconds until the search should be done. */
export interface Eta {
  readonly low: number;
  readonly high: number;
}

/** From so many finished trials on, the guess is one number. */
const SETTLED = 10;

/**
 * When the goal should be reached, from how long finished trials took (pruned ones included); a range of about two
 * standard errors while few have finished. Null while none has, or where there is no goal.
 */
export function estimateEta(
  { goal, counted, durations, jobs, startedAt }: LiveState,
  now: number,
): Eta | null {
  const untilTimeout = goal.timeoutMs === null ? Infinity : Math.max(0, startedAt + goal.timeoutMs - now);
  const { n, sum, squares } = durations;
  if (goal.trials === null || n === 0)
    return untilTimeout === Infinity ? null : { low: untilTimeout, high: untilTimeout };
  const left = Math.max(0, goal.trials - counted);
  const mean = sum / n;
  // One trial tells nothing of the spread: then as wide as the mean itself.
  const deviation = n === 1 ? mean : Math.sqrt(Math.max(0, (squares - n * mean ** 2) / (n - 1)));
  const expected = (left * mean) / jobs;
  const error = (2 * left * deviation) / Math.sqrt(n) / jobs;
  const spread = n >= SETTLED ? 0 : error;
  return {
    low: Math.min(untilTimeout, Math.max(0, expected - spread)),
    high: Math.min(untilTimeout, expected + spread),
  };
}
