import type { AttemptRecord } from './attempt.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What a launcher is asked to start: the attempt folder already holds request.json and control.json. */
export interface LaunchRequest {
  readonly trialNumber: number;
  readonly token: string;
  readonly dir: string;
  /** Environment of the trial beyond the launcher's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Device indices or ids for this trial, or null. */
  readonly gpu: string | null;
}

/** What took a trial that is gone without a word: the cluster or a person, so that it is not to blame; or its worker died with it. */
export type Loss = 'interrupted' | 'with-worker';

/** A trial process, seen from outside. Its facts lie in the attempt folder. */
export interface RunningTrial {
  readonly token: string;
  readonly dir: string;
  /** For people and for the attempt record. */
  readonly pid: number | null;
  readonly jobId: string | null;
  /** False only when it is proven gone. */
  isAlive(): Promise<boolean>;
  /** Of a trial that is proven gone; null or absent: nobody knows. */
  loss?(): Promise<Loss | null>;
  /** Whether it is stopped (SIGSTOP): that time is not its own. */
  isSuspended?(): Promise<boolean>;
  /** Resident bytes of the whole process tree; 0 when unknown. */
  memoryBytes(): Promise<number>;
  /** To the trial's process group, suspended or not, and on `SIGKILL` to every process that was or is its own. */
  signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Once it has ended: continues whoever is to put that on record, should he be suspended. */
  wakeSupervisor?(): Promise<void>;
}

export interface Launcher {
  readonly name: string;
  launch(requests: readonly LaunchRequest[]): Promise<RunningTrial[]>;
  /** Only of a launcher whose slots come and go (workers of a cluster): whether one is free. Absent: always. */
  ready?(): Promise<boolean>;
  /** How many trials may run at once, where that changes while a search goes on. Absent: as many as the search was told. */
  slots?(): Promise<number>;
  /** What a person should know of the slots since it was last asked, one sentence each. */
  takeWarnings?(): readonly string[];
  /** Gives back what the launcher keeps for the search. */
  close?(): Promise<void>;
  /** Only where trials run on without the engine (in a cluster's jobs): instead of `close` when another engine will go on with them. */
  leave?(): Promise<void>;
  /** Whether an engine that looked after trials will never act again. Absent: what this host can prove is all that is known. */
  isGone?(engine: ProcessIdentity): Promise<boolean>;
  /** The running trial of an attempt that an earlier engine started, or null when it is proven gone. */
  adopt(attempt: AttemptRecord): Promise<RunningTrial | null>;
}
