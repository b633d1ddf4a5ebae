import type { Constraint } from '../domain/constraint.ts';
import type { Params } from '../domain/distribution.ts';
import { HpoError } from '../domain/errors.ts';
import type { Objective } from '../domain/objective.ts';
import type { Resampling } from '../domain/resampling.ts';
import type { StudyData } from '../domain/study.ts';
import type { Artifact, Failure, Json, Metrics } from '../domain/trial.ts';
import type { ProcessIdentity } from './process-identity.ts';

/**
 * The files of one attempt folder, as types. The same folder is the contract for a child process, a cluster task and
 * a program in any language. Every file except `report.ndjson` and `log.txt` appears by rename, so it is whole or absent.
 */
export const ATTEMPT_FILES = {
  request: 'request.json',
  started: 'started.json',
  exit: 'exit.json',
  suspended: 'suspended.json',
  interrupted: 'interrupted.json',
  reports: 'report.ndjson',
  control: 'control.json',
  result: 'result.json',
  log: 'log.txt',
  model: 'model',
  predictions: 'predictions.json.gz',
  checkpoint: 'checkpoint',
  tracking: 'tb',
} as const;

/** Written by the engine before the trial starts. */
export interface AttemptRequest {
  readonly version: 1;
  readonly study: string;
  readonly trial: number;
  readonly attempt: number;
  /** Random; every record of this attempt carries it, so that a zombie's records can be told apart. */
  readonly token: string;
  readonly model: string;
  /** Searched and fixed parameters together. */
  readonly params: Params;
  readonly settings: Readonly<Record<string, Json>>;
  readonly data: StudyData | null;
  /** Null (or absent, in a request of an earlier version): one training, one validation set. */
  readonly resampling?: Resampling | null;
  readonly objectives: readonly Objective[];
  readonly constraints?: readonly Constraint[];
  /** What is reported while it runs, where that is not the first objective. */
  readonly pruneBy?: Pick<Objective, 'metric' | 'direction'>;
  /** The trial's own. */
  readonly seed: number;
  /** The study's: every trial holds out the same documents for validation. */
  readonly studySeed: number;
  readonly threads: number;
  readonly cacheDir: string | null;
  /** Keep the trained model only if the first objective is at least this good; null: always. */
  readonly keepAbove: number | null;
}

/** Written by the supervisor once the trial's process exists; `pid` is also the trial's process group. */
export interface AttemptStarted extends ProcessIdentity {
  readonly token: string;
  readonly supervisorPid: number;
}

/** Written by the supervisor when the trial's process has ended. */
export interface AttemptExit {
  readonly token: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Processor time of the trial and those of its children that it waited for. */
  readonly userSeconds: number;
  readonly systemSeconds: number;
}

/** Written by whoever follows a trial, has to leave and therefore ends it: the trial is not to blame for its end. */
export interface AttemptInterrupted {
  readonly token: string;
}

/** A line of `report.ndjson`. `seq` rises from 0 and makes a replay idempotent; `t` is ms since the trial's start. */
export interface ReportLine {
  readonly seq: number;
  readonly step: number;
  readonly progress: number | null;
  readonly metrics: Metrics;
  readonly t: number;
}

/** Replaced by the engine by rename; always there. */
export interface AttemptControl {
  readonly stop: null | 'pruned' | 'cancelled' | 'budget' | 'timeout' | 'out-of-memory';
  /** Set where a person wants this trial ended (`hpo stop N`), not an engine that lets go of what it runs. */
  readonly by?: 'person';
}

/** Written by the trial as its last act. */
export type AttemptResult =
  | {
      readonly token: string;
      readonly state: 'complete';
      readonly metrics: Metrics;
      /** Null when the model was not worth keeping. */
      readonly artifact: Artifact | null;
      readonly details: Readonly<Record<string, Json>>;
    }
  | { readonly token: string; readonly state: 'stopped' }
  | { readonly token: string; readonly state: 'fail'; readonly failure: Failure };

/** JSON text for records: NaN and infinities, which JSON lacks, become strings that {@link parseRecord} turns back. */
export function encodeRecord(record: unknown): string {
  return JSON.stringify(record, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? `\u0000${value}` : value,
  );
}

/** The inverse of {@link encodeRecord}; `__proto__` keys are dropped. @throws {SyntaxError} */
export function parseRecord<T>(text: string): T {
  return JSON.parse(text, (key, value) => {
    if (key === '__proto__') return undefined;
    return typeof value === 'string' && value.startsWith('\u0000') ? Number(value.slice(1)) : value;
  }) as T;
}

/**
 * A JSON object as programs in any language print it, NaN and infinities as bare words or as in {@link encodeRecord};
 * null when the text is none.
 */
export function parseLooseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const raw = parseRecord<unknown>(
      text.replace(/(?<=[:,[{\s])(-?)(NaN|Infinity)(?=[\s,}\]])/g, '"\\u0000$1$2"'),
    );
    const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
    return isObject ? (raw as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The numbers of a `metrics` member, null counted as NaN; null when it is no object. */
export function readMetrics(raw: unknown): Metrics | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value === 'number') numbers[name] = value;
    else if (value === null) numbers[name] = Number.NaN;
  }
  return numbers;
}

/**
 * One complete line of a report file, or null when it is no report. Foreign programs may leave out `seq`, `progress`
 * and `t`, and may write NaN as a bare word or null.
 */
export function parseReportLine(line: string, seq: number): ReportLine | null {
  const raw = parseLooseObject(line);
  if (raw === null) return null;
  const { step, progress, t, seq: ownSeq } = raw;
  const metrics = readMetrics(raw['metrics']);
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 0 || metrics === null) return null;
  return {
    seq: typeof ownSeq === 'number' ? ownSeq : seq,
    step,
    progress: typeof progress === 'number' ? progress : null,
    metrics,
    t: typeof t === 'number' ? t : 0,
  };
}

/** The attempt folder holds something that no attempt folder may hold. */
export class ProtocolError extends HpoError {}
