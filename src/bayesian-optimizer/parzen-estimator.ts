/**
 * A Parzen estimator: a density made of one kernel at every observed point and a wide prior kernel, over numeric and
 * categorical coordinates together. Within a kernel the coordinates are independent; a point's density is the weighted
 * sum over kernels, so values that go together stay together (the multivariate estimator).
 *
 * Numeric kernels are normal, cut to [0, 1]; a coordinate with few allowed values gets the kernel's mass over the cell
 * around each value. Categorical kernels put 1 − b on their own choice and share b among the others.
 *
 * S. Watanabe: Tree-structured Parzen estimator: understanding its algorithm components and their roles for better
 * empirical performance. arXiv 2304.11127 (2023), section 3.3; J. Bergstra et al., NeurIPS 2011.
 */
import { LOG_SQRT_2PI, normalCdf } from './normal.ts';

/** The part of the unit interval that stands for one allowed value. */
export interface Cell {
  readonly low: number;
  readonly high: number;
  /** Where the value itself lies. */
  readonly center: number;
}

export type ParzenDimension =
  | {
      readonly type: 'numeric' /** Null: every number is allowed. */;
      readonly cellOf: ((u: number) => Cell) | null;
    }
  | { readonly type: 'categorical'; readonly size: number };

export interface ParzenKernels {
  /** Row-major, n × d: a coordinate in [0, 1], or a choice's index. */
  readonly points: Float64Array;
  /** n + 1 positive numbers with any sum; the last is the prior's. */
  readonly weights: Float64Array;
  /** d: standard deviation of the numeric kernels, b of the categorical ones (0 ≤ b < 1). */
  readonly bandwidths: Float64Array;
}

export interface ParzenEstimator {
  /** A random point (d coordinates), numeric ones moved to their cell's centre. */
  sample(random: { uniform(): number; normal(): number }): Float64Array;
  /** The logarithm of the density at each of m points (row-major, m × d). */
  logDensities(points: Float64Array): Float64Array;
}

/** Up to this many standard deviations a cell is narrow enough for the density at its value to stand for all of it. */
const NARROW_CELL = 1;
const PRIOR_CENTER = 0.5;
const PRIOR_DEVIATION = 1;

/**
 * @param dimensions d ≥ 1 coordinates
 * @param kernels n ≥ 0 observed points
 * @throws {RangeError} when the arrays do not fit each other
 */
export function createParzenEstimator(
  dimensions: readonly ParzenDimension[],
  kernels: ParzenKernels,
): ParzenEstimator {
  const d = dimensions.length;
  const n = kernels.weights.length - 1;
  if (kernels.points.length !== n * d || kernels.bandwidths.length !== d)
    throw new RangeError(`${n} kernels of ${d} dimensions need ${n * d} coordinates and ${d} bandwidths`);
  const total = kernels.weights.reduce((a, b) => a + b, 0);
  const weights = kernels.weights.map((weight) => weight / total);
  const columns = dimensions.map((dimension, j) => {
    const centers = new Float64Array(n);
    for (let k = 0; k < n; k++) centers[k] = kernels.points[k * d + j]!;
    return toColumn(dimension, centers);
  });
  const mixture = { dimensions, columns, weights, bandwidths: kernels.bandwidths };
  const constants = logConstants(mixture);
  return {
    sample: (random) => samplePoint(mixture, random),
    logDensities(points) {
      const densities = new Float64Array(points.length / d);
      const terms = new Float64Array(n + 1);
      for (let q = 0; q < densities.length; q++) {
        terms.set(constants);
        for (let j = 0; j < d; j++) addCoordinate(mixture, j, points[q * d + j]!, terms);
        densities[q] = logSumExp(terms);
      }
      return densities;
    },
  };
}

/** Kernels by coordinate; weights add up to 1, the prior's is the last. */
interface Mixture {
  readonly dimensions: readonly ParzenDimension[];
  readonly columns: readonly Column[];
  readonly weights: Float64Array;
  readonly bandwidths: Float64Array;
}

/** One coordinate of all observations. Those of a grid share few values, so that each is worked out once. */
interface Column {
  readonly centers: Float64Array;
  /** The different centres; only filled for grids. */
  readonly values: Float64Array;
  /** Each kernel's place in `values`. */
  readonly slots: Int32Array;
}

function toColumn(dimension: ParzenDimension, centers: Float64Array): Column {
  if (dimension.type === 'categorical' || dimension.cellOf === null)
    return { centers, values: new Float64Array(0), slots: new Int32Array(0) };
  const places = new Map<number, number>();
  const slots = new Int32Array(centers.length);
  for (let k = 0; k < centers.length; k++) {
    const center = centers[k]!;
    let slot = places.get(center);
    if (slot === undefined) {
      slot = places.size;
      places.set(center, slot);
    }
    slots[k] = slot;
  }
  return { centers, values: Float64Array.from(places.keys()), slots };
}

function samplePoint(
  { dimensions, columns, weights, bandwidths }: Mixture,
  random: { uniform(): number; normal(): number },
): Float64Array {
  const kernel = drawIndex(weights, random.uniform());
  const isPrior = kernel === weights.length - 1;
  return Float64Array.from(dimensions, (dimension, j) => {
    if (dimension.type === 'categorical') {
      return isPrior
        ? Math.floor(random.uniform() * dimension.size)
        : drawChoice(columns[j]!.centers[kernel]!, bandwidths[j]!, dimension.size, random.uniform);
    }
    const u = isPrior
      ? drawTruncated(PRIOR_CENTER, PRIOR_DEVIATION, random.normal)
      : drawTruncated(columns[j]!.centers[kernel]!, bandwidths[j]!, random.normal);
    return dimension.cellOf === null ? u : dimension.cellOf(u).center;
  });
}

function drawIndex(weights: Float64Array, u: number): number {
  let i = 0;
  for (let sum = weights[0]!; sum <= u && i < weights.length - 1; sum += weights[i]!) i++;
  return i;
}

/** The kernel's own choice, or with probability b another one. */
function drawChoice(own: number, b: number, size: number, uniform: () => number): number {
  if (size === 1 || uniform() >= b) return own;
  const other = Math.floor(uniform() * (size - 1));
  return other < own ? other : other + 1;
}

/** Normal draws until one is in [0, 1]: at least every third is, as the centre is there and the deviation at most 1. */
function drawTruncated(center: number, deviation: number, normal: () => number): number {
  for (;;) {
    const u = center + deviation * normal();
    if (u >= 0 && u <= 1) return u;
  }
}

/** ln of each kernel's weight over the normalisers of its numeric coordinates. */
function logConstants({ dimensions, columns, weights, bandwidths }: Mixture): Float64Array {
  const constants = weights.map(Math.log);
  const last = constants.length - 1;
  dimensions.forEach((dimension, j) => {
    if (dimension.type === 'categorical') return;
    const { centers, values, slots } = columns[j]!;
    const known = values.map((center) => logNormalizer(center, bandwidths[j]!));
    for (let k = 0; k < last; k++)
      constants[k]! -= known.length > 0 ? known[slots[k]!]! : logNormalizer(centers[k]!, bandwidths[j]!);
    constants[last]! -= logNormalizer(PRIOR_CENTER, PRIOR_DEVIATION);
  });
  return constants;
}

/** ln of the integral of exp(−z²/2) over [0, 1]. */
function logNormalizer(center: number, deviation: number): number {
  // Five deviations from both ends nothing is cut off.
  const whole = center > 5 * deviation && 1 - center > 5 * deviation;
  const inside = whole ? 1 : normalCdf((1 - center) / deviation) - normalCdf(-center / deviation);
  return Math.log(deviation * inside) + LOG_SQRT_2PI;
}

/** Adds to every kernel's term what coordinate j of a point contributes. */
function addCoordinate(
  { dimensions, columns, bandwidths }: Mixture,
  j: number,
  x: number,
  terms: Float64Array,
): void {
  const [dimension, { centers, values, slots }, width] = [dimensions[j]!, columns[j]!, bandwidths[j]!];
  const n = centers.length;
  if (dimension.type === 'categorical') {
    const [same, other] = [Math.log(1 - width), Math.log(width / (dimension.size - 1))];
    for (let k = 0; k < n; k++) terms[k]! += centers[k] === x ? same : other;
    terms[n]! -= Math.log(dimension.size);
    return;
  }
  const cell = dimension.cellOf === null ? null : dimension.cellOf(x);
  if (cell === null || cell.high - cell.low <= NARROW_CELL * width) {
    const scale = -0.5 / (width * width);
    for (let k = 0; k < n; k++) {
      const z = x - centers[k]!;
      terms[k]! += scale * z * z;
    }
  } else {
    const means = values.map((center) => logCellMean(cell, center, width));
    for (let k = 0; k < n; k++) terms[k]! += means[slots[k]!]!;
  }
  terms[n]! -= 0.5 * ((x - PRIOR_CENTER) / PRIOR_DEVIATION) ** 2;
}

/** ln of the mean of exp(−z²/2) over a cell. */
function logCellMean({ low, high }: Cell, center: number, deviation: number): number {
  // Measured from the nearer tail: the difference of two numbers close to 1 would lose its digits.
  const [a, b] = [(low - center) / deviation, (high - center) / deviation];
  const mass = a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
  return Math.log((mass * deviation) / (high - low)) + LOG_SQRT_2PI;
}

function logSumExp(terms: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < terms.length; k++) if (terms[k]! > max) max = terms[k]!;
  let sum = 0;
  // What is e⁻³⁰ times smaller than the largest adds nothing that could be seen.
  for (let k = 0; k < terms.length; k++) if (terms[k]! > max - 30) sum += Math.exp(terms[k]! - max);
  return max + Math.log(sum);
}
