import type { OptionRules, OptionValues } from '../domain/choice.ts';
import { countValues, fromUnit, type Params, type ParamValue } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import { createRng, type Rng } from '../domain/random.ts';
import { buildParams, type SearchSpace, type SpaceEntry } from '../domain/search-space.ts';
import { drawDistinct, freeTest, listTaken } from './distinct.ts';
import { listPoints, takePoints } from './list-points.ts';
import { searchSpaceOf } from './search-space-of.ts';

export const gridRules = {
  pointsPerRange: { default: 5, min: 1, integer: true, about: 'values tried of a range that has more' },
} satisfies OptionRules;

/** A larger grid is never finished: its points are drawn at random. */
const LISTED_POINTS = 10_000;

/**
 * Every combination of all choices and steps, in an order shuffled by the study's seed. Of a range with more than
 * `pointsPerRange` values as many are tried, evenly spread on its (log) scale. Points that were tried are skipped; when all
 * were, others of the space follow, and where there are none repeats.
 */
export function gridSampler({ pointsPerRange }: OptionValues<typeof gridRules>): Sampler {
  return {
    sample(study, history, rng) {
      const space = searchSpaceOf(study);
      const grid = shuffledGrid(space, study.spec.seed, pointsPerRange);
      const free = grid?.find(freeTest(listTaken(history)));
      if (free !== undefined) return free;
      return drawDistinct(space, history, rng, () => drawGridPoint(space, pointsPerRange, rng));
    },
  };
}

function drawGridPoint(space: SearchSpace, pointsPerRange: number, rng: Rng): Params {
  return buildParams(space, (_, entry) => {
    const values = gridValues(entry, pointsPerRange);
    return values[rng.integer(values.length)]!;
  });
}

const known = new WeakMap<SearchSpace, Map<string, readonly Params[] | null>>();

/** All points of the grid; null where there are too many. */
function shuffledGrid(space: SearchSpace, seed: number, pointsPerRange: number): readonly Params[] | null {
  const grids = known.get(space) ?? new Map<string, readonly Params[] | null>();
  known.set(space, grids);
  const key = `${seed}/${pointsPerRange}`;
  let grid = grids.get(key);
  if (grid === undefined) {
    grid = listGrid(space, seed, pointsPerRange);
    grids.set(key, grid);
  }
  return grid;
}

function listGrid(space: SearchSpace, seed: number, pointsPerRange: number): readonly Params[] | null {
  const points = takePoints(
    listPoints(space, (entry) => gridValues(entry, pointsPerRange)),
    LISTED_POINTS + 1,
  );
  if (points.length > LISTED_POINTS) return null;
  return createRng(seed, 0, 'grid')
    .permutation(points.length)
    .map((i) => points[i]!);
}

/** All choices; all values of a small range; else the middles of equal parts. */
export function gridValues(entry: SpaceEntry, pointsPerRange: number): ParamValue[] {
  if (entry.type === 'categorical') return [...entry.choices];
  const n = Math.min(countValues(entry), pointsPerRange);
  const values = Array.from({ length: n }, (_, i) => fromUnit(entry, (i + 0.5) / n));
  return [...new Set(values)];
}
