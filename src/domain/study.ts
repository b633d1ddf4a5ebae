import type { Constraint } from './constraint.ts';
import type { Params } from './distribution.ts';
import type { Direction, Objective } from './objective.ts';
import type { SearchSpace } from './search-space.ts';
import type { Json } from './trial.ts';

/** Where a study's documents come from; `hash` (SHA-256 of the bytes) guards a resumed search. */
export interface DataRef {
  /** Absolute path. */
  readonly path: string;
  readonly sha256: string;
  readonly format: string;
  /** Reader options that change what is read: columns, delimiter, label separator, label prefix. */
  readonly options: Readonly<Record<string, Json>>;
}

export interface StudyData {
  readonly train: DataRef;
  /** Null: a stratified part of `train` is held out, see `validFraction`. */
  readonly valid: DataRef | null;
  readonly test: DataRef | null;
  /** Share of `train` held out when there is no validation file. */
  readonly validFraction: number;
  /** Drop training documents whose text also occurs in the validation or test set. */
  readonly dedupe: boolean;
}

/** A registry entry with its settings: `{ name: 'tpe', options: { nStartupTrials: 10 } }`. */
export interface Choice {
  readonly name: string;
  readonly options: Readonly<Record<string, Json>>;
}

/** What a model needs to know of the training set to propose its search space. */
export interface SpaceContext {
  readonly nLabels: number;
  readonly nDocuments: number;
  readonly multiLabel: boolean;
}

/** What a study is bound to. Everything a resumed search needs is here; the storage keeps it as JSON. */
export interface StudySpec {
  /** Null until the first `optimize` binds a model. */
  readonly model: string | null;
  readonly space: SearchSpace;
  /** Parameters that are not searched, by name (`--fix`). */
  readonly fixed: Params;
  readonly objectives: readonly Objective[];
  /** What a trial's final metrics must keep. Absent: nothing. */
  readonly constraints?: readonly Constraint[];
  /** What trials report while they run and are pruned by. Absent: see `reportedObjective`. */
  readonly pruneBy?: Pick<Objective, 'metric' | 'direction'>;
  readonly sampler: Choice;
  readonly pruner: Choice;
  readonly seed: number;
  readonly data: StudyData | null;
  /** Each trial is the mean over so many folds of training and validation data; absent: one training, one validation set. */
  readonly folds?: number;
  /** What the training set was like when the study was bound to it; null without data. */
  readonly context: SpaceContext | null;
  /** Free settings of the model that are no search parameters (`--set`). */
  readonly settings: Readonly<Record<string, Json>>;
}

/** The model of a study whose trials a program of the caller's own runs: `hpo ask` and `tell`, or the library. */
export const OWN_MODEL = 'function';

/** A study as stored. `spec` is null for one that another program made. */
export interface Study {
  readonly id: number;
  readonly name: string;
  /** Names its folder under runs/; study names never become paths. */
  readonly uuid: string;
  readonly directions: readonly Direction[];
  readonly spec: StudySpec | null;
  readonly userAttrs: Readonly<Record<string, Json>>;
  readonly systemAttrs: Readonly<Record<string, Json>>;
}

/** A study whose spec is known and bound to a model: what can be optimised. */
export interface BoundStudy extends Study {
  readonly spec: StudySpec & { readonly model: string };
}

export { findBestTrial } from './best-trials.ts';
