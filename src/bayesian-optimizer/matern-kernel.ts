/**
 * The covariance of a Gaussian process: a Matérn-5/2 kernel with a length scale for every coordinate.
 *
 *   k(x, x') = s · (1 + √5 r + 5/3 r²) e^(−√5 r),   r² = Σ wⱼ dⱼ²,   dⱼ = xⱼ − x'ⱼ, or 0 / 1 for equal / different choices
 *
 * C. E. Rasmussen, C. Williams: Gaussian Processes for Machine Learning (2006), section 4.2.1.
 */

/** Coordinates are numbers, about in [0, 1], or the index of a choice. */
export type GpDimension = 'numeric' | 'categorical';

export interface GpData {
  /** d coordinates. */
  readonly dimensions: readonly GpDimension[];
  /** Row-major, n × d. */
  readonly points: Float64Array;
  /** n targets of about unit variance. */
  readonly targets: Float64Array;
}

export interface GpParameters {
  /** d inverse squared length scales. */
  readonly weights: Float64Array;
  /** Variance of the function. */
  readonly signal: number;
  /** Variance of the noise. */
  readonly noise: number;
}

/** Less noise than this leaves the matrices singular. */
export const LEAST_NOISE = 1e-6;
const SQRT5 = Math.sqrt(5);

/** k / s. @param squared r² ≥ 0 */
export function matern(squared: number): number {
  const r = SQRT5 * Math.sqrt(squared);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** d matern / d r². */
export function maternSlope(squared: number): number {
  const r = SQRT5 * Math.sqrt(squared);
  return (-5 / 6) * (1 + r) * Math.exp(-r);
}

/** Squared coordinate differences dⱼ² of all pairs of points i > j, a row of d for each. */
export function squareDifferences({ dimensions, points, targets }: GpData): Float64Array {
  const [n, d] = [targets.length, dimensions.length];
  const squares = new Float64Array(((n * (n - 1)) / 2) * d);
  let at = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      for (let k = 0; k < d; k++, at++) {
        const difference = points[i * d + k]! - points[j * d + k]!;
        squares[at] = dimensions[k] === 'numeric' ? difference * difference : difference === 0 ? 0 : 1;
      }
    }
  }
  return squares;
}

/** Lower triangle of the targets' covariance, row-major n × n, the noise on its diagonal. */
export function covariance(squares: Float64Array, n: number, parameters: GpParameters): Float64Array {
  return covarianceWithSlopes(squares, n, parameters).k;
}

/** The covariance, and the derivatives of its entries by r². Written out: fitting spends its time here. */
export function covarianceWithSlopes(
  squares: Float64Array,
  n: number,
  { weights, signal, noise }: GpParameters,
): { k: Float64Array; slopes: Float64Array } {
  const d = weights.length;
  const [k, slopes] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let c = 0; c < d; c++, at++) squared += weights[c]! * squares[at]!;
      const r = SQRT5 * Math.sqrt(squared);
      const decay = signal * Math.exp(-r);
      k[i * n + j] = decay * (1 + r + (r * r) / 3);
      slopes[i * n + j] = decay * (-5 / 6) * (1 + r);
    }
    k[i * n + i] = signal + Math.max(noise, LEAST_NOISE);
  }
  return { k, slopes };
}
