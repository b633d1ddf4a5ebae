import type { GpDimension } from '#bayesian-optimizer';
import {
  containsValue,
  countValues,
  type Distribution,
  type Params,
  type ParamValue,
  toUnit,
} from '../domain/distribution.ts';
import type { Rng } from '../domain/random.ts';
import { isActive, type SearchSpace, topologicalOrder } from '../domain/search-space.ts';
import { decode, onlyValue, type SearchDimension, toDimension } from './search-dimensions.ts';

/**
 * A conditional space as one box: every parameter has a coordinate (a number in [0, 1] or a choice's index), whether it is
 * active or not. Moving in the box is simple; what a point means is found by {@link realize}.
 */
export interface LatentSpace {
  readonly space: SearchSpace;
  /** Parameters with more than one value. */
  readonly dimensions: readonly SearchDimension[];
  readonly kinds: readonly GpDimension[];
  /** All parameters, parents first, and their place in `dimensions`; null for those with a single value. */
  readonly places: ReadonlyMap<string, number | null>;
}

/** A point of the box, the params it stands for, and what a model sees of it. */
export interface LatentPoint {
  readonly latent: Float64Array;
  readonly params: Params;
  /** As `latent`, on the allowed values; inactive numbers in the middle, inactive choices as one more choice. */
  readonly features: Float64Array;
}

export function createLatentSpace(space: SearchSpace): LatentSpace {
  const order = topologicalOrder(space);
  const dimensions = order
    .map((name) => toDimension(name, space[name]!))
    .filter(({ distribution }) => countValues(distribution) > 1);
  const place = (name: string) => dimensions.findIndex((dim) => dim.name === name);
  return {
    space,
    dimensions,
    kinds: dimensions.map(({ parzen }) => parzen.type),
    places: new Map(order.map((name) => [name, place(name) < 0 ? null : place(name)])),
  };
}

export function drawLatent({ dimensions }: LatentSpace, rng: Rng): Float64Array {
  return Float64Array.from(dimensions, ({ parzen }) =>
    parzen.type === 'numeric' ? rng.uniform() : rng.integer(parzen.size),
  );
}

export function realize(latentSpace: LatentSpace, latent: Float64Array): LatentPoint {
  const { space, dimensions, places } = latentSpace;
  // buildParams would order the space again for each of the hundreds of points of an ask.
  const params: Record<string, ParamValue> = {};
  for (const [name, j] of places) {
    const entry = space[name]!;
    if (!isActive(entry, params)) continue;
    params[name] = j === null ? onlyValue(entry) : decode(dimensions[j]!, latent[j]!);
  }
  return { latent, params, features: toFeatures(latentSpace, params)! };
}

/** What a model sees of a trial's params; null when a value is outside its range. */
export function toFeatures({ dimensions }: LatentSpace, params: Params): Float64Array | null {
  const features = new Float64Array(dimensions.length);
  for (const [j, { name, distribution, parzen }] of dimensions.entries()) {
    const value = params[name];
    if (value === undefined) features[j] = parzen.type === 'numeric' ? 0.5 : parzen.size;
    else if (!containsValue(distribution, value)) return null;
    else features[j] = coordinateOf(distribution, value);
  }
  return features;
}

/** The box coordinates of a trial's params; those of inactive parameters are drawn. */
export function toLatent(latentSpace: LatentSpace, params: Params, rng: Rng): Float64Array {
  const latent = drawLatent(latentSpace, rng);
  for (const [j, { name, distribution }] of latentSpace.dimensions.entries())
    if (Object.hasOwn(params, name)) latent[j] = coordinateOf(distribution, params[name]!);
  return latent;
}

function coordinateOf(distribution: Distribution, value: Params[string]): number {
  return distribution.type === 'categorical'
    ? Math.max(distribution.choices.indexOf(value), 0)
    : toUnit(distribution, value);
}
