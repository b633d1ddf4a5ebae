// What the engine speaks to: samplers and pruners here, the larger ports in files of their own.

import type { Params } from './distribution.ts';
import type { Rng } from './random.ts';
import type { BoundStudy } from './study.ts';
import type { FrozenTrial } from './trial.ts';

export type * from './attempt.ts';
export type { Dataset, DatasetHandle } from './dataset.ts';
export type * from './launcher.ts';
export type * from './model.ts';
export type * from './storage.ts';
export type { SpaceContext } from './study.ts';
export type * from './training.ts';
export * from './training-end.ts';

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
