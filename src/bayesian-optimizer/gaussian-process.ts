/**
 * Gaussian-process regression: a Matérn-5/2 kernel with a length scale for every coordinate, a constant mean, and noise.
 *
 *   k(x, x') = s · (1 + √5 r + 5/3 r²) e^(−√5 r),   r² = Σ wⱼ dⱼ²,   dⱼ = xⱼ − x'ⱼ, or 0 / 1 for equal / different choices
 *
 * w, s and the noise are the most probable ones given the data (MAP): log marginal likelihood, with the mean profiled out,
 * plus log-normal priors. The prior of the length scales grows with √d, which keeps the model from calling every
 * coordinate important when there are many and few data.
 *
 * C. E. Rasmussen, C. Williams: Gaussian Processes for Machine Learning (2006), sections 2.2, 4.2.1 and 5.4.1;
 * C. Hvarfner et al.: Vanilla Bayesian optimization performs great in high dimensions, ICML 2024, section 4.
 */
import { type Evaluation, minimize } from './lbfgs.ts';
import {
  cholesky,
  dot,
  extendCholesky,
  invertCholesky,
  solveCholesky,
  solveLower,
} from './linear-algebra.ts';

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

const SQRT5 = Math.sqrt(5);
const LEAST_NOISE = 1e-6;
/** Of log posterior: what is less than this changes no suggestion. */
const LEAST_GAIN = 0.01;
const LEAST_VARIANCE = 1e-12;
/** Of the logarithms: mean and standard deviation. */
const SIGNAL_PRIOR = { mean: 0, deviation: 1 };
const NOISE_PRIOR = { mean: -5, deviation: 1.5 };
const SCALE_DEVIATION = Math.sqrt(3);

/** Fits the parameters, then conditions on the data. @param maxEvaluations of the likelihood, each O(n³) */
export function fitGaussianProcess(data: GpData, maxEvaluations = 60): GaussianProcess {
  return conditionGaussianProcess(data, fitParameters(data, maxEvaluations));
}

/** The most probable parameters, from one start at the priors' modes. */
export function fitParameters(data: GpData, maxEvaluations = 60): GpParameters {
  const d = data.dimensions.length;
  const squares = squareDifferences(data);
  const start = new Float64Array(d + 2).fill(-2 * Math.log(typicalScale(d)), 0, d);
  start[d + 1] = Math.log(0.01);
  const bounds = { lower: new Float64Array(d + 2).fill(-12), upper: new Float64Array(d + 2).fill(8) };
  bounds.lower[d + 1] = Math.log(LEAST_NOISE);
  const { x } = minimize((theta) => negativeLogPosterior(data, theta, squares), start, {
    ...bounds,
    maxEvaluations,
    maxIterations: maxEvaluations,
    leastGain: LEAST_GAIN,
  });
  return toParameters(x);
}

/** The process with given parameters, conditioned on data. */
export function conditionGaussianProcess(data: GpData, parameters: GpParameters): GaussianProcess {
  const n = data.targets.length;
  const squares = squareDifferences(data);
  const l = cholesky(covariance(squares, n, parameters), n);
  return build(data, parameters, l);
}

function toParameters(theta: Float64Array): GpParameters {
  const d = theta.length - 2;
  return {
    weights: theta.slice(0, d).map(Math.exp),
    signal: Math.exp(theta[d]!),
    noise: Math.exp(theta[d + 1]!),
  };
}

/** Squared coordinate differences of all pairs i > j, a row of d for each. */
function squareDifferences({ dimensions, points, targets }: GpData): Float64Array {
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

function matern(squared: number): number {
  const r = SQRT5 * Math.sqrt(squared);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** d matern / d r². */
function maternSlope(squared: number): number {
  const r = SQRT5 * Math.sqrt(squared);
  return (-5 / 6) * (1 + r) * Math.exp(-r);
}

/** Lower triangle of the targets' covariance. */
function covariance(
  squares: Float64Array,
  n: number,
  { weights, signal, noise }: GpParameters,
): Float64Array {
  const d = weights.length;
  const k = new Float64Array(n * n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let c = 0; c < d; c++, at++) squared += weights[c]! * squares[at]!;
      k[i * n + j] = signal * matern(squared);
    }
    k[i * n + i] = signal + Math.max(noise, LEAST_NOISE);
  }
  return k;
}

/** Minus the log posterior of θ = (ln w, ln s, ln noise), and its gradient (Rasmussen & Williams, equation 5.9). */
export function negativeLogPosterior(
  data: GpData,
  theta: Float64Array,
  squares = squareDifferences(data),
): Evaluation {
  const n = data.targets.length;
  const d = data.dimensions.length;
  const parameters = toParameters(theta);
  const k = covariance(squares, n, parameters);
  let l: Float64Array;
  try {
    l = cholesky(k, n);
  } catch {
    return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(d + 2) };
  }
  const { residual, alpha } = center(l, data.targets);
  const inverse = invertCholesky(l, n);
  let value = 0.5 * dot(residual, alpha);
  for (let i = 0; i < n; i++) value += Math.log(l[i * n + i]!);
  const gradient = new Float64Array(d + 2);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, at += d) {
      // Off the diagonal every pair counts twice, which the ½ of the trace undoes.
      const pull = inverse[i * n + j]! - alpha[i]! * alpha[j]!;
      let squared = 0;
      for (let c = 0; c < d; c++) squared += parameters.weights[c]! * squares[at + c]!;
      const slope = pull * parameters.signal * maternSlope(squared);
      for (let c = 0; c < d; c++) gradient[c]! += slope * parameters.weights[c]! * squares[at + c]!;
      gradient[d]! += pull * k[i * n + j]!;
    }
    const pull = 0.5 * (inverse[i * n + i]! - alpha[i]! * alpha[i]!);
    gradient[d]! += pull * parameters.signal;
    gradient[d + 1]! += pull * parameters.noise;
  }
  return { value: value + addPriors(theta, gradient), gradient };
}

/** Targets without the mean that is most likely given L, and the inverse times them. */
function center(
  l: Float64Array,
  targets: Float64Array,
): { mean: number; residual: Float64Array; alpha: Float64Array } {
  const n = targets.length;
  const ones = solveCholesky(l, n, new Float64Array(n).fill(1));
  const mean = dot(ones, targets) / ones.reduce((a, b) => a + b, 0);
  const residual = targets.map((y) => y - mean);
  return { mean, residual, alpha: solveCholesky(l, n, residual) };
}

/** Where the length scales' prior has its mode. */
const typicalScale = (d: number): number => Math.exp(scaleMean(d) - SCALE_DEVIATION ** 2);
const scaleMean = (d: number): number => Math.SQRT2 + 0.5 * Math.log(d);

/** Minus the log prior (up to a constant), its gradient added to `gradient`. */
function addPriors(theta: Float64Array, gradient: Float64Array): number {
  const d = theta.length - 2;
  let value = 0;
  for (let c = 0; c < d; c++) {
    // θ = −2 ln ℓ; a density of ℓ, hence the −ln ℓ of the log-normal.
    const log = -0.5 * theta[c]!;
    const z = (log - scaleMean(d)) / SCALE_DEVIATION;
    value += 0.5 * z * z + log;
    gradient[c]! += -0.5 * (z / SCALE_DEVIATION + 1);
  }
  for (const [i, { mean, deviation }] of [SIGNAL_PRIOR, NOISE_PRIOR].entries()) {
    const z = (theta[d + i]! - mean) / deviation;
    value += 0.5 * z * z;
    gradient[d + i]! += z / deviation;
  }
  return value;
}

function build(data: GpData, parameters: GpParameters, l: Float64Array): GaussianProcess {
  const { dimensions, points, targets } = data;
  const { weights, signal, noise } = parameters;
  const [n, d] = [targets.length, dimensions.length];
  const { mean, alpha } = center(l, targets);
  const squaredTo = (point: Float64Array, others: Float64Array, i: number): number => {
    let squared = 0;
    for (let c = 0, at = i * d; c < d; c++, at++) {
      const difference = point[c]! - others[at]!;
      squared +=
        weights[c]! * (dimensions[c] === 'numeric' ? difference * difference : Number(difference !== 0));
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
