import type { DatasetHandle } from './dataset.ts';
import type { Params } from './distribution.ts';
import type { Objective } from './objective.ts';
import type { Json, Metrics } from './trial.ts';
import type { ValidationPredictions } from './validation-predictions.ts';

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
