import type { Distribution, Params } from './distribution.ts';

/** Optuna's five states. */
export const TRIAL_STATES = ['waiting', 'running', 'complete', 'pruned', 'fail'] as const;
export type TrialState = (typeof TRIAL_STATES)[number];

/** Why a trial failed. `out-of-memory`, `diverged` and `timeout` teach the sampler that a configuration is infeasible. */
export const FAILURE_KINDS = [
  'out-of-memory',
  'timeout',
  'diverged',
  'crash',
  'lost',
  'bad-config',
  'bad-data',
  'cancelled',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** JSON, as attributes hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Metric values by name; NaN and infinities may occur while a trial runs. */
export type Metrics = Readonly<Record<string, number>>;

interface TrialBase {
  /** The storage's own id; never reused. */
  readonly id: number;
  /** Dense from 0 within a study. */
  readonly number: number;
  /** Values of the active parameters; empty between claim and sampling. */
  readonly params: Params;
  readonly distributions: Readonly<Record<string, Distribution>>;
  /** The objective's value by step (a step is a rung of the trial's own schedule). May hold NaN. */
  readonly intermediateValues: ReadonlyMap<number, number>;
  readonly userAttrs: Readonly<Record<string, Json>>;
  readonly systemAttrs: Readonly<Record<string, Json>>;
  /** A person said that it counts for nothing: it is never the best and teaches nothing. Absent: it counts. */
  readonly excluded?: true;
}

/** One trial as it stands in the storage. Times are milliseconds since 1970, UTC. */
export type FrozenTrial = TrialBase &
  (
    | { readonly state: 'waiting' }
    | { readonly state: 'running'; readonly startedAt: number }
    | {
        readonly state: 'complete';
        readonly startedAt: number;
        readonly completedAt: number;
        readonly values: readonly number[];
      }
    | {
        readonly state: 'pruned';
        readonly startedAt: number;
        readonly completedAt: number;
        readonly values: readonly number[] | null;
      }
    | {
        readonly state: 'fail';
        readonly startedAt: number;
        readonly completedAt: number;
        readonly failure: Failure;
      }
  );

export type FinishedTrial = Extract<FrozenTrial, { completedAt: number }>;
export type CompleteTrial = Extract<FrozenTrial, { state: 'complete' }>;

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

/** A file or folder that a trial made. */
export interface Artifact {
  /** Relative to the attempt folder. */
  readonly path: string;
  /** `fasttext-bin`, `onnx` … */
  readonly format: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** How a trial ended. `values` has one number an objective. */
export type TrialOutcome =
  | {
      readonly state: 'complete';
      readonly values: readonly number[];
      readonly metrics: Metrics;
      readonly artifact: Artifact | null;
      readonly details: Readonly<Record<string, Json>>;
      /** A number a constraint, above 0 where it is broken. Absent: the study has none. */
      readonly constraints?: readonly number[];
    }
  | { readonly state: 'pruned'; readonly step: number }
  | { readonly state: 'fail'; readonly failure: Failure };

export function isFinished(trial: FrozenTrial): trial is FinishedTrial {
  return trial.state === 'complete' || trial.state === 'pruned' || trial.state === 'fail';
}

/** The last report's step, or null when there was none. */
export function lastStep(trial: FrozenTrial): number | null {
  let last: number | null = null;
  for (const step of trial.intermediateValues.keys()) if (last === null || step > last) last = step;
  return last;
}

/** System attributes in which the storage keeps what a finished trial carries beyond Optuna's columns. */
export const TRIAL_ATTRS = {
  metrics: 'hpo:metrics',
  artifact: 'hpo:artifact',
  details: 'hpo:details',
  failure: 'hpo:failure',
} as const;

/** The final metrics of a trial; empty when it has none. One that is no finite number is stored as null, and read as NaN. */
export function metricsOf(trial: FrozenTrial): Metrics {
  const stored = trial.systemAttrs[TRIAL_ATTRS.metrics] as Record<string, number | null> | undefined;
  return Object.fromEntries(Object.entries(stored ?? {}).map(([name, value]) => [name, value ?? Number.NaN]));
}

/** The model that a complete trial left, or null. Its path is relative to the folder of the trial's last attempt. */
export function artifactOf(trial: FrozenTrial): Artifact | null {
  return (trial.systemAttrs[TRIAL_ATTRS.artifact] as unknown as Artifact | undefined) ?? null;
}

/** Further facts of a complete trial: tuned threshold, per-label report, confusion matrix. */
export function detailsOf(trial: FrozenTrial): Readonly<Record<string, Json>> {
  return (trial.systemAttrs[TRIAL_ATTRS.details] as Record<string, Json> | undefined) ?? {};
}
