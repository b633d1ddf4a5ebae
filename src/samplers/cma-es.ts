/**
 * CMA-ES with margin over the numbers that take part in every trial, whole ones and steps included. Choices, and parameters
 * that take part only under conditions, come from TPE, given those numbers.
 *
 * N. Hansen: The CMA evolution strategy: a tutorial, arXiv 1604.00772; R. Hamano et al.: CMA-ES with margin, GECCO 2022.
 */
import { countValues, type Params } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { drawPoint, replayCma } from './cma-replay.ts';
import { drawDistinct } from './distinct.ts';
import { rankTrials } from './rank-trials.ts';
import { type DimensionGroup, decode, toDimension } from './search-dimensions.ts';
import { searchSpaceOf } from './search-space-of.ts';
import { nextNumber } from './sobol.ts';
import { tpeProposer } from './tpe.ts';

const TPE_CANDIDATES = 24;

export function cmaEsSampler(): Sampler {
  return {
    sample(study, history, rng) {
      const space = searchSpaceOf(study);
      const numbers = findNumbers(space);
      const trials = rankTrials(study.directions[0]!, history);
      const complete = tpeProposer(space, trials, { nCandidates: TPE_CANDIDATES, rng });
      if (numbers.length === 0) return drawDistinct(space, history, rng, complete);
      const state = replayCma(study, numbers, history);
      // The trial's own stream, so that its point can be drawn again when the history is replayed.
      let stream = createRng(study.spec.seed, nextNumber(history), 'cma-es');
      return drawDistinct(space, history, rng, () => {
        const x = drawPoint(state, stream);
        stream = rng;
        return complete(decodePoint(numbers, x));
      });
    },
  };
}

const known = new WeakMap<SearchSpace, DimensionGroup>();

/** The numbers that always take part and have more than one value. */
export function findNumbers(space: SearchSpace): DimensionGroup {
  const before = known.get(space);
  if (before !== undefined) return before;
  const numbers = Object.entries(space)
    .filter(([, entry]) => entry.type !== 'categorical' && entry.when === undefined && countValues(entry) > 1)
    .map(([name, entry]) => toDimension(name, entry));
  known.set(space, numbers);
  return numbers;
}

function decodePoint(numbers: DimensionGroup, x: Float64Array): Params {
  return Object.fromEntries(numbers.map((dim, j) => [dim.name, decode(dim, x[j]!)]));
}
