import { FailureLimitError } from '../domain/errors.ts';
import type { FailureKind, FrozenTrial, TrialState } from '../domain/trial.ts';
import { TRIAL_STATES } from '../domain/trial.ts';
import type { OptimizeOptions } from './options.ts';

/** What this run has done so far. */
export interface Tally {
  /** Ended complete or pruned. */
  readonly done: number;
  readonly failed: number;
  readonly failedInRow: number;
  /** Failures by kind and first line of the message. */
  readonly reasons: ReadonlyMap<string, number>;
}

export const EMPTY_TALLY: Tally = { done: 0, failed: 0, failedInRow: 0, reasons: new Map() };

/** A cancelled trial counts nowhere: it was stopped from outside. */
export function addToTally(tally: Tally, trial: FrozenTrial): Tally {
  if (trial.state === 'complete' || trial.state === 'pruned')
    return { ...tally, done: tally.done + 1, failedInRow: 0 };
  if (trial.state !== 'fail' || trial.failure.kind === 'cancelled') return tally;
  const reasons = new Map(tally.reasons);
  const reason = describeReason(trial.failure.kind, trial.failure.message);
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return { ...tally, failed: tally.failed + 1, failedInRow: tally.failedInRow + 1, reasons };
}

function describeReason(kind: FailureKind, message: string): string {
  return `${kind}: ${message.split('\n', 1)[0]}`;
}

/** @throws {FailureLimitError} with the commonest reason: `maxFailures` in a row, or half of twice as many or more. */
export function checkFailureLimit(tally: Tally, { maxFailures }: Pick<OptimizeOptions, 'maxFailures'>): void {
  const { done, failed, failedInRow, reasons } = tally;
  const total = done + failed;
  if (failedInRow < maxFailures && !(total >= 2 * maxFailures && failed * 2 >= total)) return;
  throw new FailureLimitError(`The search was ended: ${failed} of ${total} trials failed.`, {
    details: [commonestReason(reasons)],
    fix: 'hpo trials shows each failure; --max-failures allows more',
  });
}

/** @throws {FailureLimitError} a space of which everything was tried, and nothing works */
export function checkAnyWorked({ done, failed, reasons }: Tally): void {
  if (done > 0 || failed === 0) return;
  throw new FailureLimitError(`All ${failed} trials failed, and the search space has no others.`, {
    details: [commonestReason(reasons)],
    fix: 'hpo trials shows each failure; hpo retry --failed tries them once more',
  });
}

function commonestReason(reasons: Tally['reasons']): string {
  const [reason, times] = [...reasons].sort(([, a], [, b]) => b - a)[0] ?? ['unknown', 0];
  return `${times} ${times === 1 ? 'time' : 'times'}: ${reason}`;
}

/** Whether another trial may start, with `running` of this run's on their way. */
export function admitsTrial(
  { nTrials, totalTrials }: Pick<OptimizeOptions, 'nTrials' | 'totalTrials'>,
  {
    done,
    running,
    studyDone,
  }: { readonly done: number; readonly running: number; readonly studyDone: number },
): boolean {
  if (nTrials !== null && done + running >= nTrials) return false;
  return totalTrials === null || studyDone + running < totalTrials;
}

export function countStates(trials: readonly FrozenTrial[]): Record<TrialState, number> {
  const counts = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Record<TrialState, number>;
  for (const { state } of trials) counts[state]++;
  return counts;
}
