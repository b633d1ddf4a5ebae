/**
 * The parameters of a Gaussian process given the data: the most probable ones (MAP), and draws from all that are probable.
 * Their posterior is the marginal likelihood, with the constant mean profiled out, times log-normal priors. The prior of
 * the length scales grows with √d, which keeps the model from calling every coordinate important when there are many and
 * few data. With few data many parameters explain them, and a model that believes in one set is too sure of itself.
 *
 * C. E. Rasmussen, C. Williams: Gaussian Processes for Machine Learning (2006), section 5.4.1;
 * C. Hvarfner et al.: Vanilla Bayesian optimization performs great in high dimensions, ICML 2024, section 4;
 * draws: J. Snoek, H. Larochelle, R. P. Adams: Practical Bayesian optimization, NIPS 2012, section 3.2.
 */
import { centerTargets } from './gaussian-process.ts';
import { sampleHamiltonian } from './hamiltonian.ts';
import { type Evaluation, minimize } from './lbfgs.ts';
import { cholesky, dot, invertCholesky } from './linear-algebra.ts';
import {
  covarianceWithSlopes,
  type GpData,
  type GpParameters,
  LEAST_NOISE,
  squareDifferences,
} from './matern-kernel.ts';

/** Of log posterior: what is less than this changes no suggestion. */
const LEAST_GAIN = 0.01;
/** Of the logarithms: mean and standard deviation. */
const SIGNAL_PRIOR = { mean: 0, deviation: 1 };
const NOISE_PRIOR = { mean: -5, deviation: 1.5 };
const SCALE_DEVIATION = Math.sqrt(3);
/** About nine draws of ten are kept with these; so many moves lie between two draws that are used. */
const STEP_SIZE = 0.35;
const STEPS = 6;
const MOVES_A_DRAW = 2;

export interface FittedParameters {
  readonly parameters: GpParameters;
  /** ln of the posterior density, up to a constant that depends on d alone. */
  readonly logPosterior: number;
}

/** The most probable parameters, from one start at the priors' modes. @param maxEvaluations each O(n³) */
export function fitParameters(data: GpData, maxEvaluations = 60): FittedParameters {
  const d = data.dimensions.length;
  const squares = squareDifferences(data);
  const start = new Float64Array(d + 2).fill(-2 * Math.log(typicalScale(d)), 0, d);
  start[d + 1] = Math.log(0.01);
  const { x, value } = minimize((theta) => negativeLogPosterior(data, theta, squares), start, {
    ...boundsOf(d),
    maxEvaluations,
    maxIterations: maxEvaluations,
    leastGain: LEAST_GAIN,
  });
  return { parameters: toParameters(x), logPosterior: -value };
}

/**
 * Draws from the parameters' posterior, by Hamiltonian Monte Carlo from `start` on.
 * @param count each costs 12 evaluations of O(n³)
 */
export function drawParameters(
  data: GpData,
  start: GpParameters,
  count: number,
  random: { uniform(): number; normal(): number },
): GpParameters[] {
  const squares = squareDifferences(data);
  const chain = sampleHamiltonian(
    (theta) => negativeLogPosterior(data, theta, squares),
    toTheta(start),
    count * MOVES_A_DRAW,
    random,
    { ...boundsOf(data.dimensions.length), stepSize: STEP_SIZE, steps: STEPS },
  );
  return chain.filter((_, i) => i % MOVES_A_DRAW === MOVES_A_DRAW - 1).map(toParameters);
}

function boundsOf(d: number): { lower: Float64Array; upper: Float64Array } {
  const lower = new Float64Array(d + 2).fill(-12);
  lower[d + 1] = Math.log(LEAST_NOISE);
  return { lower, upper: new Float64Array(d + 2).fill(8) };
}

function toTheta({ weights, signal, noise }: GpParameters): Float64Array {
  return Float64Array.of(...weights, signal, noise).map(Math.log);
}

function toParameters(theta: Float64Array): GpParameters {
  const d = theta.length - 2;
  return {
    weights: theta.slice(0, d).map(Math.exp),
    signal: Math.exp(theta[d]!),
    noise: Math.exp(theta[d + 1]!),
  };
}

/** Minus the log posterior of θ = (ln w, ln s, ln noise), and its gradient (Rasmussen & Williams, equation 5.9). */
export function negativeLogPosterior(
  data: GpData,
  theta: Float64Array,
  squares = squareDifferences(data),
): Evaluation {
  const n = data.targets.length;
  const d = data.dimensions.length;
  const { weights, signal, noise } = toParameters(theta);
  const { k, slopes } = covarianceWithSlopes(squares, n, { weights, signal, noise });
  let l: Float64Array;
  try {
    l = cholesky(k, n);
  } catch {
    return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(d + 2) };
  }
  const { residual, alpha } = centerTargets(l, data.targets);
  const inverse = invertCholesky(l, n);
  let value = 0.5 * dot(residual, alpha);
  for (let i = 0; i < n; i++) value += Math.log(l[i * n + i]!);
  const gradient = new Float64Array(d + 2);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, at += d) {
      // Off the diagonal every pair counts twice, which the ½ of the trace undoes.
      const pull = inverse[i * n + j]! - alpha[i]! * alpha[j]!;
      const slope = pull * slopes[i * n + j]!;
      for (let c = 0; c < d; c++) gradient[c]! += slope * squares[at + c]!;
      gradient[d]! += pull * k[i * n + j]!;
    }
    const pull = 0.5 * (inverse[i * n + i]! - alpha[i]! * alpha[i]!);
    gradient[d]! += pull * signal;
    gradient[d + 1]! += pull * noise;
  }
  for (let c = 0; c < d; c++) gradient[c]! *= weights[c]!;
  return { value: value + addPriors(theta, gradient), gradient };
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
