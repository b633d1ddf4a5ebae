import type { Dataset, DatasetHandle } from './dataset.ts';
import type { Distribution, Params } from './distribution.ts';
import type { Objective } from './objective.ts';
import type { Rng } from './random.ts';
import type { Resampling } from './resampling.ts';
import type { SearchSpace } from './search-space.ts';
import type { BoundStudy, SpaceContext, Study, StudySpec } from './study.ts';
import type { StudyLine } from './study-lines.ts';
import type {
  Failure,
  FinishedTrial,
  FrozenTrial,
  Json,
  Metrics,
  TrialOutcome,
  TrialState,
} from './trial.ts';
import type { ValidationPredictions } from './validation-predictions.ts';

// ---------------------------------------------------------------- search

/**
 * Suggests the next point: a pure function of its arguments. `history` holds every trial of the study with a smaller
 * number, in number order, running ones included. Returns the active parameters, each inside its range.
 */
export interface Sampler {
  sample(study: BoundStudy, history: readonly FrozenTrial[], rng: Rng): Params | Promise<Params>;
}

/** Whether to stop `trial` after its latest report: a pure function of its arguments. `history` lacks `trial` and excluded ones. */
export interface Pruner {
  prune(study: BoundStudy, trial: FrozenTrial, history: readonly FrozenTrial[]): boolean;
}

// ---------------------------------------------------------------- models

/** A report of a running training. */
export interface TrainReport {
  /** The rung: `round(10 · progress)` for models that learn on a schedule. ≥ 0, never falls. */
  readonly step: number;
  /** Share of the schedule done, 0–1; null: unknown. */
  readonly progress: number | null;
  readonly metrics: Metrics;
}

export interface TrainingData {
  readonly train: DatasetHandle;
  readonly valid: DatasetHandle;
}

/** Which attempt of which trial a training is, and the folder that is its own (absolute). */
export interface AttemptPlace {
  readonly dir: string;
  readonly trialNumber: number;
  /** From 0 within the trial. */
  readonly attempt: number;
  /** Fences the attempt's records. */
  readonly token: string;
}

export interface TrainingContext {
  readonly objective: Objective;
  /** The trial's own seed. */
  readonly seed: number;
  readonly threads: number;
  /** Where encoded corpora may be shared between trials; null: nowhere. */
  readonly cacheDir: string | null;
  /** Where a checkpoint may be kept and found again. */
  readonly checkpointDir: string | null;
  /** Null outside an attempt of a trial. */
  readonly attempt: AttemptPlace | null;
  /** Free settings from the study (`--set`). */
  readonly settings: Readonly<Record<string, Json>>;
  /** Hands a report to the engine; cheap to call. */
  readonly report: (report: TrainReport) => void;
  /** Aborted when the engine asks the trial to stop: finish the step, then throw `signal.reason`. */
  readonly signal: AbortSignal;
}

export interface SavedModel {
  /** File or folder below the target folder that is the model in its own ecosystem's format. */
  readonly path: string;
  readonly format: string;
}

export interface TrainedModel {
  /** All metrics on the whole validation set. */
  readonly metrics: Metrics;
  /** Further facts worth keeping with the trial: threshold, per-label report, vocabulary size. */
  readonly details: Readonly<Record<string, Json>>;
  /** What it answered on the validation set, to be kept beside the model; absent where it cannot be told. */
  readonly predictions?: ValidationPredictions;
  /** Writes everything that {@link Model.loadPredictor} needs into `dir`, which exists and is empty. */
  save(dir: string): Promise<SavedModel>;
  dispose(): void;
}

export interface Trainer {
  /** @throws {TrialFailure} for a configuration or data that cannot be trained, and on NaN. */
  train(params: Params, data: TrainingData, context: TrainingContext): Promise<TrainedModel>;
}

export interface LabelScore {
  readonly label: string;
  /** 0–1. */
  readonly probability: number;
}

export interface PredictOptions {
  /** At most this many labels; null: as many as pass the threshold. */
  readonly k: number | null;
  /** Least probability; null: the model's own stored rule (top label, or its tuned threshold). */
  readonly threshold: number | null;
}

export interface Predictor {
  readonly labels: readonly string[];
  /** For each text its labels, most probable first. */
  predict(texts: readonly string[], options: PredictOptions): Promise<LabelScore[][]>;
  /** The text as the model's own ecosystem must be given it (after `normalise`). */
  normalise(text: string): string;
  dispose(): void;
}

export interface Model extends Trainer {
  readonly name: string;
  readonly description: string;
  /** The search space that fits this data. */
  space(context: SpaceContext): SearchSpace;
  /** Parameters, and choices of parameters, that it can be given but searches only when they are named. */
  readonly optional?: SearchSpace;
  /** Known-good configurations to try first (full points of `space(context)`); the first one is the model's own defaults. */
  defaults(context: SpaceContext): readonly Params[];
  /**
   * How a score of this model is tested again: a model that always trains to the same result on other parts of the data
   * (`folds`), one that depends on its seed with others (`seeds`); null: it cannot be.
   */
  readonly resampling: Resampling['by'] | null;
  /** Estimated peak bytes of a training, or null where it cannot be told. */
  predictMemory(params: Params, context: SpaceContext): number | null;
  loadPredictor(dir: string): Promise<Predictor>;
  /**
   * Only of a model that runs somebody else's program: it searches any space for any metric, needs no data and has no
   * predictor. Looks at a study before anything runs. @throws {UsageError} it cannot be run like that
   */
  readonly checkProgram?: (spec: Pick<StudySpec, 'space' | 'fixed' | 'settings'>) => void;
  /** Looks at a study's free settings before anything runs. @throws {UsageError} nobody would read one of them */
  readonly checkSettings?: (settings: StudySpec['settings']) => void;
}

/** Thrown inside a trial: the trial fails with this kind and message. */
export class TrialFailure extends Error {
  readonly failure: Failure;
  constructor(kind: Failure['kind'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'TrialFailure';
    this.failure = { kind, message };
  }
}

/** Thrown inside a trial whose program ended and left no result: the trial's process ends in the same way. */
export class ProgramEnded extends Error {
  /** As a shell has it: 128 + the signal's number for a program that a signal ended. */
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`the program ended with exit code ${exitCode}`);
    this.name = 'ProgramEnded';
    this.exitCode = exitCode;
  }
}

/** The reason of an abort: the trial is asked to stop. */
export class StopRequested extends Error {
  /** The engine's reason, or null for a signal that came from elsewhere. */
  readonly byEngine: string | null;
  constructor(byEngine: string | null) {
    super(`asked to stop: ${byEngine ?? 'SIGTERM'}`);
    this.name = 'StopRequested';
    this.byEngine = byEngine;
  }
}

// ---------------------------------------------------------------- storage

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
  setParams(
    trialId: number,
    params: Params,
    distributions: Readonly<Record<string, Distribution>>,
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

// ---------------------------------------------------------------- launching

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

/** A trial process, seen from outside. Its facts lie in the attempt folder. */
export interface RunningTrial {
  readonly token: string;
  readonly dir: string;
  /** For people and for the attempt record. */
  readonly pid: number | null;
  readonly jobId: string | null;
  /** False only when it is proven gone. */
  isAlive(): Promise<boolean>;
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
  /** Gives back what the launcher keeps for the search. */
  close?(): Promise<void>;
  /** The running trial of an attempt that an earlier engine started, or null when it is proven gone. */
  adopt(attempt: AttemptRecord): Promise<RunningTrial | null>;
}

export type { Dataset, DatasetHandle, SpaceContext };
