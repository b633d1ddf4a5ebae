/**
 * Gaussian-process regression with a constant mean and noise: what is known of a function at a point after it was seen,
 * with noise, at others. The kernel is in ./matern-kernel.ts; how its parameters are found, in ./gp-parameters.ts.
 *
 * C. E. Rasmussen, C. Williams: Gaussian Processes for Machine Learning (2006), sections 2.2 and 2.7.
 */
import { cholesky, dot, extendCholesky, solveCholesky, solveLower } from './linear-algebra.ts';
import {
  covariance,
  type GpData,
  type GpParameters,
  LEAST_NOISE,
  matern,
  maternSlope,
  squareDifferences,
} from './matern-kernel.ts';

export interface Prediction {
  readonly mean: number;
  /** Of the function without noise; above 0. */
  readonly variance: number;
}

export interface PredictionGradient extends Prediction {
  /** d numbers each; 0 for choices. */
  readonly meanGradient: Float64Array;
  readonly varianceGradient: Float64Array;
}

export interface GaussianProcess {
  readonly parameters: GpParameters;
  predict(point: Float64Array): Prediction;
  predictWithGradient(point: Float64Array): PredictionGradient;
  /** How alike the function's values at two points are beforehand: 1 for the same point, 0 far apart. */
  correlation(a: Float64Array, b: Float64Array): number;
  /** The process that has seen one more point, with the same parameters. O(n²). */
  observe(point: Float64Array, target: number): GaussianProcess;
}

const LEAST_VARIANCE = 1e-12;

/** The process with given parameters, conditioned on data. */
export function conditionGaussianProcess(data: GpData, parameters: GpParameters): GaussianProcess {
  const n = data.targets.length;
  const squares = squareDifferences(data);
  const l = cholesky(covariance(squares, n, parameters), n);
  return build(data, parameters, l);
}

/** Targets without the mean that is most likely given L, and the inverse times them. */
export function centerTargets(
  l: Float64Array,
  targets: Float64Array,
): { mean: number; residual: Float64Array; alpha: Float64Array } {
  const n = targets.length;
  const ones = solveCholesky(l, n, new Float64Array(n).fill(1));
  const mean = dot(ones, targets) / ones.reduce((a, b) => a + b, 0);
  const residual = targets.map((y) => y - mean);
  return { mean, residual, alpha: solveCholesky(l, n, residual) };
}

function build(data: GpData, parameters: GpParameters, l: Float64Array): GaussianProcess {
  const { dimensions, points, targets } = data;
  const { weights, signal, noise } = parameters;
  const [n, d] = [targets.length, dimensions.length];
  const { mean, alpha } = centerTargets(l, targets);
  // Asked for every coordinate of every pair: a byte is compared faster than a name.
  const isNumber = Uint8Array.from(dimensions, (kind) => (kind === 'numeric' ? 1 : 0));
  const squaredTo = (point: Float64Array, others: Float64Array, i: number): number => {
    let squared = 0;
    for (let c = 0, at = i * d; c < d; c++, at++) {
      const difference = point[c]! - others[at]!;
      squared += weights[c]! * (isNumber[c] === 1 ? difference * difference : difference === 0 ? 0 : 1);
    }
    return squared;
  };
  const kernelTo = (point: Float64Array): Float64Array => {
    const k = new Float64Array(n);
    for (let i = 0; i < n; i++) k[i] = signal * matern(squaredTo(point, points, i));
    return k;
  };
  const predict = (point: Float64Array): Prediction => {
    const k = kernelTo(point);
    const v = solveLower(l, n, k);
    return { mean: mean + dot(k, alpha), variance: Math.max(signal - dot(v, v), LEAST_VARIANCE) };
  };
  return {
    parameters,
    predict,
    predictWithGradient(point) {
      const k = kernelTo(point);
      const u = solveCholesky(l, n, k);
      const meanGradient = new Float64Array(d);
      const varianceGradient = new Float64Array(d);
      for (let i = 0; i < n; i++) {
        const slope = signal * maternSlope(squaredTo(point, points, i));
        for (let c = 0, at = i * d; c < d; c++, at++) {
          if (dimensions[c] !== 'numeric') continue;
          const change = 2 * slope * weights[c]! * (point[c]! - points[at]!);
          meanGradient[c]! += alpha[i]! * change;
          varianceGradient[c]! -= 2 * u[i]! * change;
        }
      }
      const variance = Math.max(signal - dot(k, u), LEAST_VARIANCE);
      return { mean: mean + dot(k, alpha), variance, meanGradient, varianceGradient };
    },
    correlation: (a, b) => matern(squaredTo(a, b, 0)),
    observe(point, target) {
      const more = {
        dimensions,
        points: Float64Array.from([...points, ...point]),
        targets: Float64Array.from([...targets, target]),
      };
      return build(
        more,
        parameters,
        extendCholesky(l, n, kernelTo(point), signal + Math.max(noise, LEAST_NOISE)),
      );
    },
  };
}
