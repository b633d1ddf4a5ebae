import { createParzenEstimator, type ParzenDimension, type ParzenEstimator } from '#bayesian-optimizer';
import type { RankedTrials } from './rank-trials.ts';
import { type DimensionGroup, encodeTrial } from './search-dimensions.ts';

/** Share of the trials that count as good, and how many at most. */
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;
/** Width of the numeric kernels, as a share of the range: this × n^(−1 / (d + 4)), and never less than the minimum. */
const WIDTH = 0.08;
const LEAST_WIDTH = 0.05;
/** A kernel's own choice counts as often as seen, every choice this often beforehand. */
const PRIOR_COUNT = 1;
/** Least share of the mean weight for a good trial without a gain of its own. */
const LEAST_WEIGHT = 0.001;

/** The densities of a group's good and bad points; where their ratio is large, the next point is. */
export interface TpeDensities {
  readonly good: ParzenEstimator;
  readonly bad: ParzenEstimator;
}

/**
 * Splits the trials that have the group's parameters into the best 15 % (at most 25) and the rest. Trials that cannot be
 * trained are never good; running ones are bad, so that workers keep apart.
 */
export function estimateDensities(group: DimensionGroup, trials: RankedTrials): TpeDensities {
  const dimensions = group.map(({ parzen }) => parzen);
  const points: Float64Array[] = [];
  const losses: number[] = [];
  let nFeasible = 0;
  trials.ranked.forEach((trial, i) => {
    const point = encodeTrial(group, trial);
    if (point === null) return;
    points.push(point);
    if (i < trials.nFeasible) nFeasible++;
    if (i < trials.losses.length) losses.push(trials.losses[i]!);
  });
  const nGood = Math.min(Math.ceil(GOOD_SHARE * points.length), MOST_GOOD, nFeasible);
  const pending = trials.pending.flatMap((trial) => encodeTrial(group, trial) ?? []);
  const bad = points.slice(nGood).concat(pending);
  return {
    good: estimate(dimensions, points.slice(0, nGood), gainWeights(losses, nGood)),
    bad: estimate(dimensions, bad, new Float64Array(bad.length + 1).fill(1)),
  };
}

function estimate(
  dimensions: readonly ParzenDimension[],
  points: readonly Float64Array[],
  weights: Float64Array,
): ParzenEstimator {
  const [n, d] = [points.length, dimensions.length];
  const flat = new Float64Array(n * d);
  points.forEach((point, i) => {
    flat.set(point, i * d);
  });
  const width = Math.max(WIDTH * Math.max(n, 1) ** (-1 / (d + 4)), LEAST_WIDTH);
  const bandwidths = Float64Array.from(dimensions, (dim) =>
    dim.type === 'numeric' ? width : (PRIOR_COUNT * (dim.size - 1)) / (n + PRIOR_COUNT * dim.size),
  );
  return createParzenEstimator(dimensions, { points: flat, weights, bandwidths });
}

/**
 * Weights of the good kernels, by how far each is better than the first of the rest (expected improvement; Watanabe
 * 2023, section 3.3.2). Pruned trials have no comparable value: the lowest weight. The prior's is their mean.
 */
function gainWeights(losses: readonly number[], nGood: number): Float64Array {
  const edge = losses[nGood] ?? losses.at(-1) ?? 0;
  const gains = Array.from({ length: nGood }, (_, i) => edge - (losses[i] ?? edge));
  const finite = gains.filter(Number.isFinite);
  const largest = Math.max(0, ...finite);
  const capped = gains.map((gain) => (Number.isFinite(gain) ? gain : largest));
  const mean = capped.reduce((a, b) => a + b, 0) / nGood;
  if (!(mean > 0 && Number.isFinite(mean))) return new Float64Array(nGood + 1).fill(1);
  return Float64Array.of(...capped.map((gain) => Math.max(gain, LEAST_WEIGHT * mean)), mean);
}
