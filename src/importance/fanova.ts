import { createRng, type Rng } from '../domain/random.ts';
import type { Dimension, ScoredTrial } from './cube.ts';
import type { RawImportance } from './importance.ts';
import { growTree, type Leaf, lowerBound, toFeature } from './regression-tree.ts';

/*
 * fANOVA: how much of the variance of the values each parameter explains by itself, over the whole space (Hutter, Hoos,
 * Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter Importance", ICML 2014). A random forest learns the
 * values. Each of its trees is constant in boxes, so what it predicts on average for one value of a parameter, over all
 * values of the others, is a sum over boxes (algorithm 2 there), and the variance of that average, over the variance of the
 * tree, is the parameter's share. Shares of interactions are not told. The trees disagree: that is the spread.
 *
 * Choices have no order: in each tree they stand in the order of their mean values, which loses no split of a single
 * node (Breiman et al. 1984, section 4.2.2). Trials without a value (pruned, failed) cannot take part.
 */

const TREES = 64;

/** Dimensions with the same trials share a forest. */
export function fanova(
  scored: readonly ScoredTrial[],
  dimensions: readonly Dimension[],
  seed: number,
): RawImportance[] {
  const groups = new Map<string, Dimension[]>();
  for (const dimension of dimensions) {
    const key = dimension.rows.join();
    groups.set(key, [...(groups.get(key) ?? []), dimension]);
  }
  const whole = varianceOf(scored.map(({ loss }) => loss));
  const found = new Map<Dimension, RawImportance>();
  for (const group of groups.values()) {
    const { rows } = group[0]!;
    const alwaysThere = dimensions.filter((other) => other.rows.length >= rows.length && hasAll(other, rows));
    const losses = Float64Array.from(rows, (row) => scored[row]!.loss);
    const shares = explain(
      losses,
      alwaysThere.map((other) => valuesOf(other, rows)),
      seed,
    );
    // Of the variance over all trials: that among the ones that have the parameter, by their share.
    const scale = whole === 0 ? 0 : (varianceOf([...losses]) / whole) * (rows.length / scored.length);
    for (const dimension of group) {
      const draws = shares.map((byTree) => scale * byTree[alwaysThere.indexOf(dimension)]!);
      const value = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
      found.set(dimension, { value, draws, share: value });
    }
  }
  return dimensions.map((dimension) => found.get(dimension)!);
}

function hasAll({ rows }: Dimension, wanted: readonly number[]): boolean {
  const own = new Set(rows);
  return wanted.every((row) => own.has(row));
}

interface Column {
  readonly values: Float64Array;
  readonly isCategorical: boolean;
}

function valuesOf({ rows, values, isCategorical }: Dimension, wanted: readonly number[]): Column {
  const at = new Map(rows.map((row, i) => [row, values[i]!]));
  return { values: Float64Array.from(wanted, (row) => at.get(row)!), isCategorical };
}

/** For each tree each column's share of the tree's variance. */
function explain(losses: Float64Array, columns: readonly Column[], seed: number): number[][] {
  const rng = createRng(seed, 0, 'fanova');
  const numeric = columns.map(({ values, isCategorical }) => (isCategorical ? null : toFeature(values)));
  return Array.from({ length: TREES }, () => {
    const rows = drawRows(losses.length, rng);
    const features = columns.map(
      ({ values }, i) => numeric[i] ?? toFeature(orderChoices(values, losses, rows)),
    );
    const leaves = growTree(features, losses, rows);
    return shareVariance(leaves, columns.length);
  });
}

function drawRows(n: number, rng: Rng): Int32Array {
  return Int32Array.from({ length: n }, () => rng.integer(n));
}

/** The same shares of the unit interval, dealt out in the order of the choices' mean losses. */
function orderChoices(values: Float64Array, losses: Float64Array, rows: Int32Array): Float64Array {
  const groups = new Map<number, { sum: number; n: number }>();
  for (const value of values) groups.set(value, { sum: 0, n: 0 });
  for (const row of rows) {
    const group = groups.get(values[row]!)!;
    group.sum += losses[row]!;
    group.n++;
  }
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const meanOf = ({ sum, n }: { sum: number; n: number }): number => (n === 0 ? mean : sum / n);
  const ordered = [...groups].sort(([, a], [, b]) => meanOf(a) - meanOf(b)).map(([value]) => value);
  const places = new Map(ordered.map((value, rank) => [value, (rank + 0.5) / ordered.length]));
  return values.map((value) => places.get(value)!);
}

/** Of a tree, the share of its variance over the unit cube that each dimension explains alone; zeros for a constant one. */
function shareVariance(leaves: readonly Leaf[], nDimensions: number): number[] {
  const volumes = leaves.map(({ low, high }) => low.reduce((product, l, d) => product * (high[d]! - l), 1));
  const mean = leaves.reduce((sum, leaf, i) => sum + volumes[i]! * leaf.mean, 0);
  const total = leaves.reduce((sum, leaf, i) => sum + volumes[i]! * (leaf.mean - mean) ** 2, 0);
  if (total <= 1e-300) return new Array<number>(nDimensions).fill(0);
  return Array.from({ length: nDimensions }, (_, d) => marginalVariance(leaves, volumes, mean, d) / total);
}

/** Of the mean over all other dimensions, as a step function of this one. */
function marginalVariance(
  leaves: readonly Leaf[],
  volumes: readonly number[],
  mean: number,
  d: number,
): number {
  const edges = Float64Array.from(new Set(leaves.flatMap(({ low, high }) => [low[d]!, high[d]!]))).sort();
  const jumps = new Float64Array(edges.length);
  for (const [i, { low, high, mean: value }] of leaves.entries()) {
    const width = high[d]! - low[d]!;
    if (width <= 0) continue;
    const height = (volumes[i]! / width) * (value - mean);
    jumps[lowerBound(edges, low[d]!)]! += height;
    jumps[lowerBound(edges, high[d]!)]! -= height;
  }
  let [level, variance] = [0, 0];
  for (let i = 0; i + 1 < edges.length; i++) {
    level += jumps[i]!;
    variance += (edges[i + 1]! - edges[i]!) * level * level;
  }
  return variance;
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
