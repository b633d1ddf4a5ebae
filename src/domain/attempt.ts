import type { Failure } from './trial.ts';

/** One run of a trial by one process; the token fences its records. */
export interface NewAttempt {
  readonly trialId: number;
  /** From 0 within the trial. */
  readonly attempt: number;
  readonly token: string;
  readonly launcher: string;
  readonly host: string;
  readonly gpu: string | null;
  /** Absolute path of the attempt folder. */
  readonly dir: string;
}

export interface AttemptRecord extends NewAttempt {
  readonly pid: number | null;
  /** Clock ticks since boot, from /proc; with the boot id it makes a pid unique. */
  readonly pidStartTime: string | null;
  readonly bootId: string | null;
  readonly jobId: string | null;
  /** Bytes of the report file already stored. */
  readonly reportOffset: number;
  /** ms since 1970; null while it runs. */
  readonly endedAt: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly failure: Failure | null;
}

export type AttemptPatch = Partial<
  Pick<
    AttemptRecord,
    | 'pid'
    | 'pidStartTime'
    | 'bootId'
    | 'jobId'
    | 'reportOffset'
    | 'endedAt'
    | 'exitCode'
    | 'signal'
    | 'failure'
  >
>;
