import type { Objective } from '../domain/objective.ts';
import type { Loss } from '../domain/ports.ts';
import type { Failure, TrialOutcome } from '../domain/trial.ts';
import type { AttemptControl, AttemptExit, AttemptResult } from '../protocol/index.ts';

export type StopReason = NonNullable<AttemptControl['stop']>;

/** All that is known of an attempt that has ended. */
export interface AttemptEnd {
  /** What the engine had asked for, if anything. */
  readonly stop: { readonly reason: StopReason; readonly message: string; readonly step: number } | null;
  readonly result: AttemptResult | null;
  readonly exit: AttemptExit | null;
  readonly logTail: readonly string[];
  /** The kernel killed somebody for want of memory while the attempt ran. */
  readonly kernelKilled: boolean;
  /** When it ended, the disk that holds the runs was full. */
  readonly diskFull: boolean;
  /** Engine and process were both found dead, and nothing says how the process ended. */
  readonly isOrphan: boolean;
  /** What took it, where its worker or the cluster knows. */
  readonly loss: Loss | null;
}

/** What becomes of the trial: its outcome, or a further attempt. */
export type Verdict =
  | { readonly type: 'outcome'; readonly outcome: TrialOutcome }
  /** Costs no retry: the attempt was interrupted from outside. */
  | { readonly type: 'preempted'; readonly failure: Failure }
  /** Costs nothing, however often: a full disk is waited for. */
  | { readonly type: 'no-space'; readonly failure: Failure }
  | { readonly type: 'retry'; readonly failure: Failure };

/** EX_TEMPFAIL of sysexits.h: a program's way to say "not my fault, run me again". */
const TRY_AGAIN = 75;

/** How runtimes and libraries say that memory ran out before they abort. */
const OUT_OF_MEMORY_LINE =
  /heap out of memory|std::bad_alloc|CUDA (error: )?out of memory|CUDA_ERROR_OUT_OF_MEMORY|Cannot allocate memory|\bMemoryError\b/;

const NO_SPACE_LINE = /\b(ENOSPC|EDQUOT)\b|No space left on device|Disk quota exceeded/;

/** Pure: from what an attempt left to what it means. What the engine decided comes before what the trial says. */
export function judge(end: AttemptEnd, objectives: readonly Objective[]): Verdict {
  const { stop, result } = end;
  if (stop?.reason === 'pruned') return outcome({ state: 'pruned', step: stop.step });
  if (result?.state === 'complete') return outcome(complete(result, objectives));
  if (stop !== null) return failed({ kind: kindOfStop(stop.reason), message: stop.message });
  if (result?.state === 'fail') {
    const { failure } = result;
    if (failure.kind !== 'crash') return failed(failure);
    if (end.loss === 'interrupted') return PREEMPTED;
    if (NO_SPACE_LINE.test(failure.message)) return NO_SPACE;
    return { type: 'retry', failure: { ...failure, message: withLog(failure.message, end.logTail) } };
  }
  return judgeExit(end);
}

/** The failure of an attempt that costs no retry. */
export const INTERRUPTED = 'interrupted from outside';

const PREEMPTED: Verdict = { type: 'preempted', failure: { kind: 'lost', message: INTERRUPTED } };

/** The message of an attempt that a full disk ended. */
const NO_SPACE_LEFT = 'no space was left on a disk';
const NO_SPACE: Verdict = { type: 'no-space', failure: { kind: 'lost', message: NO_SPACE_LEFT } };

/** Whether an attempt that ended like this is one of those that a trial may have only so many of. */
export function costsRetry({ message }: Failure): boolean {
  return message !== INTERRUPTED && message !== NO_SPACE_LEFT;
}

/** The failure of an attempt that took its engine with it, or went with it. */
export const DIED_WITH_ENGINE = 'its process and its engine died';
const DIED_WITH_WORKER = 'its process and its worker died';

/** Whether an attempt ended together with what ran it: it may be what kills it. */
export function isDeath({ message }: Failure): boolean {
  return message.startsWith(DIED_WITH_ENGINE) || message.startsWith(DIED_WITH_WORKER);
}

/** No result, and nobody here asked for an end. */
function judgeExit(end: AttemptEnd): Verdict {
  const { result, exit, logTail, kernelKilled, diskFull, loss } = end;
  const saysNoSpace = exit?.exitCode !== 0 && logTail.some((line) => NO_SPACE_LINE.test(line));
  if (diskFull || saysNoSpace) return NO_SPACE;
  if (exit?.exitCode === TRY_AGAIN || result?.state === 'stopped' || loss === 'interrupted') return PREEMPTED;
  if (exit === null)
    return { type: 'retry', failure: { kind: 'lost', message: withLog(howItWasLost(end), logTail) } };
  const how =
    exit.signal === null ? `exit code ${exit.exitCode} without a result` : `ended by ${exit.signal}`;
  const message = withLog(how, logTail);
  if (logTail.some((line) => OUT_OF_MEMORY_LINE.test(line)))
    return failed({ kind: 'out-of-memory', message });
  if (exit.signal === 'SIGKILL' && kernelKilled)
    return failed({ kind: 'out-of-memory', message: 'killed by the system for want of memory' });
  return { type: 'retry', failure: { kind: 'crash', message } };
}

function howItWasLost({ isOrphan, loss }: AttemptEnd): string {
  if (isOrphan) return DIED_WITH_ENGINE;
  return loss === 'with-worker' ? DIED_WITH_WORKER : 'its process is gone';
}

function complete(
  { metrics, artifact, details }: Extract<AttemptResult, { state: 'complete' }>,
  objectives: readonly Objective[],
): TrialOutcome {
  const values = objectives.map(({ metric }) => metrics[metric] ?? Number.NaN);
  if (values.some(Number.isNaN)) {
    const missing = objectives.find((_, i) => Number.isNaN(values[i]!))!.metric;
    return { state: 'fail', failure: { kind: 'diverged', message: `${missing} is not a number` } };
  }
  return { state: 'complete', values, metrics, artifact, details };
}

function kindOfStop(reason: Exclude<StopReason, 'pruned'>): Failure['kind'] {
  switch (reason) {
    case 'timeout':
      return 'timeout';
    case 'out-of-memory':
      return 'out-of-memory';
    case 'budget':
    case 'cancelled':
      return 'cancelled';
  }
}

const outcome = (value: TrialOutcome): Verdict => ({ type: 'outcome', outcome: value });
const failed = (failure: Failure): Verdict => outcome({ state: 'fail', failure });

function withLog(message: string, logTail: readonly string[]): string {
  return [message, ...logTail].join('\n');
}
