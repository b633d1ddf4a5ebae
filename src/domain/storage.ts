import type { AttemptPatch, AttemptRecord, NewAttempt } from './attempt.ts';
import type { Distribution, Params } from './distribution.ts';
import type { Study, StudySpec } from './study.ts';
import type { StudyLine } from './study-lines.ts';
import type { FinishedTrial, FrozenTrial, Json, Metrics, TrialOutcome, TrialState } from './trial.ts';

export interface NewStudy {
  readonly name: string;
  readonly spec: StudySpec;
}

export interface StudySummary {
  readonly study: Study;
  readonly states: Readonly<Record<TrialState, number>>;
  readonly best: FinishedTrial | null;
  /** Start of the latest trial, ms since 1970, or null. */
  readonly lastStartedAt: number | null;
}

/** A trial that its caller now owns; sample it unless it comes with params. */
export interface ClaimedTrial {
  readonly id: number;
  readonly number: number;
  /** Enqueued values, to be used as they are (the rest is sampled). */
  readonly fixedParams: Params;
  readonly systemAttrs: Readonly<Record<string, Json>>;
}

/** A report as the storage takes it. */
export interface StoredReport {
  readonly step: number;
  /** The objective's value; NaN and infinities are stored as such. */
  readonly value: number;
  readonly metrics: Metrics;
}

export interface HpoEvent {
  readonly id: number;
  /** ms since 1970. */
  readonly at: number;
  readonly trialId: number | null;
  readonly kind: string;
  readonly payload: Json;
}

/**
 * Studies and trials. Every method is one transaction; a lock held by another process is waited for without blocking
 * the event loop, at most 60 s, then a {@link StorageError} names the holder.
 */
export interface Storage {
  /** Where it is, for people, without passwords. */
  readonly url: string;

  /** @throws {UsageError} when the name is taken. */
  createStudy(study: NewStudy): Promise<Study>;
  /** In creation order. */
  listStudies(): Promise<Study[]>;
  /** @throws {NotFoundError} naming the studies that there are. */
  loadStudy(name: string): Promise<Study>;
  summarizeStudies(): Promise<StudySummary[]>;
  updateSpec(studyId: number, spec: StudySpec): Promise<Study>;
  setStudyAttr(studyId: number, kind: 'user' | 'system', key: string, value: Json): Promise<void>;
  deleteStudy(studyId: number): Promise<void>;

  /** Adds a waiting trial that will run with these values. Durable. @returns its number */
  enqueue(
    studyId: number,
    fixedParams: Params,
    userAttrs?: Readonly<Record<string, Json>>,
    systemAttrs?: Readonly<Record<string, Json>>,
  ): Promise<number>;
  /** Marks a finished trial as counting for nothing, or takes the mark away; the trial itself never changes. Durable. */
  setExcluded(trialId: number, isExcluded: boolean): Promise<void>;
  /** The oldest waiting trial, or a new one with the next number, now running and the caller's. Durable. */
  claimTrial(studyId: number): Promise<ClaimedTrial>;
  /** @param basis what they were chosen from: kept as an `asked` event. Absent: none */
  setParams(
    trialId: number,
    params: Params,
    distributions: Readonly<Record<string, Distribution>>,
    basis?: Json,
  ): Promise<void>;
  setTrialAttr(trialId: number, kind: 'user' | 'system', key: string, value: Json): Promise<void>;

  createAttempt(attempt: NewAttempt): Promise<void>;
  updateAttempt(trialId: number, attempt: number, patch: AttemptPatch): Promise<void>;
  /** Attempts of the study's trials that have not ended. */
  listOpenAttempts(studyId: number): Promise<AttemptRecord[]>;
  listAttempts(trialId: number): Promise<AttemptRecord[]>;

  /** Idempotent by (trial, step). `token` must be the open attempt's, else nothing is stored and false comes back. */
  recordReports(trialId: number, token: string, reports: readonly StoredReport[]): Promise<boolean>;
  /**
   * Ends a running trial and its attempt, of which `end` tells more; durable. `token` null: the caller has no attempt (claimed,
   * but never launched).
   * False: the trial was not running or the token is old; the outcome is then kept as an event and nothing changes.
   */
  finishTrial(
    trialId: number,
    token: string | null,
    outcome: TrialOutcome,
    end?: Pick<AttemptPatch, 'exitCode' | 'signal' | 'failure'>,
  ): Promise<boolean>;

  /** All trials by number. Finished ones are read once and shared between calls: never change what comes back. */
  getTrials(studyId: number): Promise<readonly FrozenTrial[]>;
  /** All metrics of all reports of a trial, by step. */
  getMetrics(trialId: number): Promise<{ step: number; metrics: Metrics }[]>;

  /** Everything the storage holds of a study, line by line. */
  exportStudy(studyId: number): AsyncIterable<StudyLine>;
  /**
   * Makes the studies that such lines describe, all or none, under the names that `nameOf` gives them.
   * @throws {UsageError} a name is taken
   */
  importStudies(lines: AsyncIterable<StudyLine>, nameOf: (name: string) => string): Promise<Study[]>;

  /** What is wrong with what is stored, one line each; empty when it is sound. Reads everything. */
  findFaults(): Promise<readonly string[]>;

  addEvent(studyId: number, trialId: number | null, kind: string, payload: Json): Promise<void>;
  listEvents(studyId: number, afterId?: number): Promise<HpoEvent[]>;

  close(): Promise<void>;
}
