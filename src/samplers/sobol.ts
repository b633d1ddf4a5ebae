import { createSobol, SOBOL_MAX_DIMENSIONS } from '#bayesian-optimizer';
import { fromUnit, type Params } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import { createRng, type Rng } from '../domain/random.ts';
import { buildParams, type SearchSpace, topologicalOrder } from '../domain/search-space.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { drawDistinct } from './distinct.ts';
import { searchSpaceOf } from './search-space-of.ts';

/** Scrambled Sobol points by trial number: even coverage of the space, the same however many workers draw them. */
export function sobolSampler(): Sampler {
  return {
    sample(study, history, rng) {
      const space = searchSpaceOf(study);
      let index = nextNumber(history);
      // A point that was taken is replaced by one far along the sequence, which no later trial will come to.
      return drawDistinct(space, history, rng, () => {
        const params = sobolPoint(space, study.spec.seed, index, rng);
        index += 2 ** 20;
        return params;
      });
    },
  };
}

/** The number of the trial that is sampled: history holds all smaller ones. */
export function nextNumber(history: readonly FrozenTrial[]): number {
  return history.length === 0 ? 0 : history[history.length - 1]!.number + 1;
}

/** Point `index` of the study's own scrambled sequence; one axis a parameter, random beyond the last axis. */
export function sobolPoint(space: SearchSpace, seed: number, index: number, rng: Rng): Params {
  const order = topologicalOrder(space);
  const axes = new Map(order.slice(0, SOBOL_MAX_DIMENSIONS).map((name, axis) => [name, axis]));
  if (axes.size === 0) return {};
  const point = createSobol(axes.size, createRng(seed, 0, 'sobol').uniform).point(index);
  return buildParams(space, (name, entry) => {
    const axis = axes.get(name);
    return fromUnit(entry, axis === undefined ? rng.uniform() : point[axis]!);
  });
}
