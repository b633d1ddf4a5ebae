import { createRng } from '../domain/random.ts';
import type { Dimension, ScoredTrial } from './cube.ts';
import type { RawImportance } from './importance.ts';

/*
 * PED-ANOVA: a parameter matters when the best tenth of the trials has other values of it than the trials have altogether.
 * Both are smoothed into densities, and the importance is how far they part, Pearson's χ² divergence
 *
 *     ∫ (p(x | best) / p(x | all) − 1)² p(x | all) dx,
 *
 * which is the variance that the parameter alone explains of "being among the best" (Watanabe, Bansal, Hutter,
 * "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces", IJCAI 2023, arXiv 2304.10255,
 * section 4.2). It fits no model of the values, costs next to nothing, and looks at where good values are rather than at
 * how bad the bad ones get. Trials that were pruned count as not among the best.
 */

/** Share of the trials that are the best. */
const TOP = 0.1;
/** Cells of a continuous parameter's density. */
const CELLS = 64;
const BOOTSTRAPS = 50;

export function pedAnova(
  scored: readonly ScoredTrial[],
  dimensions: readonly Dimension[],
  seed: number,
): RawImportance[] {
  const rng = createRng(seed, 0, 'ped-anova');
  const n = scored.length;
  const weights = Array.from({ length: BOOTSTRAPS }, () => {
    const counts = new Float64Array(n);
    for (let i = 0; i < n; i++) counts[rng.integer(n)]!++;
    return counts;
  });
  const once = new Float64Array(n).fill(1);
  return dimensions.map((dimension) => ({
    value: divergence(scored, dimension, once),
    draws: weights.map((counts) => divergence(scored, dimension, counts)),
    share: null,
  }));
}

/** Times the share of trials in which the parameter takes part at all. @param counts how often each trial is there */
function divergence(scored: readonly ScoredTrial[], dimension: Dimension, counts: Float64Array): number {
  const { rows } = dimension;
  const total = rows.reduce((sum, row) => sum + counts[row]!, 0);
  if (total === 0) return 0;
  const top = chooseTop(scored, rows, counts, total);
  const [best, all] = [
    density(dimension, top),
    density(
      dimension,
      rows.map((row) => counts[row]!),
    ),
  ];
  const distance = all.reduce((sum, p, cell) => sum + (best[cell]! / p - 1) ** 2 * p, 0);
  return (distance * total) / counts.reduce((sum, count) => sum + count, 0);
}

/** How often each of the rows is among the best tenth, at least two; equals of the last one are in as well. */
function chooseTop(
  scored: readonly ScoredTrial[],
  rows: readonly number[],
  counts: Float64Array,
  total: number,
): number[] {
  const wanted = Math.max(2, Math.ceil(TOP * total));
  const order = rows.filter((row) => counts[row]! > 0).sort((a, b) => scored[a]!.loss - scored[b]!.loss);
  let [taken, bound] = [0, Number.NEGATIVE_INFINITY];
  for (const row of order) {
    if (taken >= wanted || scored[row]!.loss === Number.POSITIVE_INFINITY) break;
    taken += counts[row]!;
    bound = scored[row]!.loss;
  }
  return rows.map((row) => (scored[row]!.loss <= bound ? counts[row]! : 0));
}

/** Of the weighted values, over cells of equal width; a uniform prior of one trial's weight keeps every cell above 0. */
function density({ values, count, isCategorical }: Dimension, weights: readonly number[]): Float64Array {
  const cells = Math.min(count, CELLS);
  const histogram = new Float64Array(cells);
  for (const [i, value] of values.entries())
    histogram[Math.min(cells - 1, Math.floor(value * cells))]! += weights[i]!;
  const smooth = isCategorical ? histogram : smoothCells(histogram, bandwidth(values, weights));
  const total = smooth.reduce((sum, weight) => sum + weight, 0) + 1;
  return smooth.map((weight) => (weight + 1 / cells) / total);
}

/** Scott's rule with the smaller of the standard deviation and the scaled interquartile range (Silverman 1986, eq. 3.30). */
function bandwidth(values: Float64Array, weights: readonly number[]): number {
  const present = [...values.keys()].filter((i) => weights[i]! > 0);
  const total = present.reduce((sum, i) => sum + weights[i]!, 0);
  if (total === 0) return 1;
  const mean = present.reduce((sum, i) => sum + weights[i]! * values[i]!, 0) / total;
  const variance = present.reduce((sum, i) => sum + weights[i]! * (values[i]! - mean) ** 2, 0) / total;
  const sorted = present.sort((a, b) => values[a]! - values[b]!);
  const quartiles = [0.25, 0.75].map((q) => {
    let before = 0;
    for (const i of sorted) {
      before += weights[i]!;
      if (before >= q * total) return values[i]!;
    }
    return 1;
  });
  const range = (quartiles[1]! - quartiles[0]!) / 1.34;
  const deviation = Math.sqrt(variance);
  const spread = range > 0 ? Math.min(deviation, range) : deviation;
  return Math.max(1.059 * spread * total ** -0.2, 0.5 / CELLS);
}

/** Gaussian kernels cut at the ends and scaled to keep their weight inside. */
function smoothCells(histogram: Float64Array, width: number): Float64Array {
  const cells = histogram.length;
  const kernel = Float64Array.from({ length: cells }, (_, i) => Math.exp(-0.5 * (i / cells / width) ** 2));
  const smooth = new Float64Array(cells);
  for (const [from, weight] of histogram.entries()) {
    if (weight === 0) continue;
    let inside = 0;
    for (let to = 0; to < cells; to++) inside += kernel[Math.abs(to - from)]!;
    for (let to = 0; to < cells; to++) smooth[to]! += (weight * kernel[Math.abs(to - from)]!) / inside;
  }
  return smooth;
}
