/**
 * CMA-ES: a normal distribution over the space that moves towards the better half of its own draws. Its width grows while
 * the steps of successive generations agree and shrinks when they cancel out; its covariance stretches along the
 * directions that paid. Only the order of the losses counts.
 *
 * A state is a value: drawing and updating make new ones and keep nothing, so that a search can be replayed.
 *
 * N. Hansen: The CMA evolution strategy: a tutorial. arXiv 1604.00772 (2016), appendix A (without negative weights);
 * points that came from elsewhere: N. Hansen: Injecting external solutions into CMA-ES. arXiv 1110.4181 (2011);
 * whole numbers and steps: ./cma-margin.ts.
 */
import { dot } from './linear-algebra.ts';
import { decomposeSymmetric, type Eigen } from './symmetric-eigen.ts';

/** What depends on the number of coordinates and the population alone (tutorial, table 1). */
export interface CmaConstants {
  /** λ / 2 positive numbers, falling, with sum 1. */
  readonly weights: Float64Array;
  /** Variance-effective number of parents, 1 / Σ w². */
  readonly muEff: number;
  readonly cSigma: number;
  readonly dSigma: number;
  readonly cC: number;
  readonly c1: number;
  readonly cMu: number;
  /** About E‖N(0, I)‖. */
  readonly chi: number;
}

export interface CmaState {
  readonly generation: number;
  /** λ */
  readonly population: number;
  /** d coordinates. */
  readonly mean: Float64Array;
  /** Step size. */
  readonly sigma: number;
  /** Row-major d × d. */
  readonly covariance: Float64Array;
  readonly eigen: Eigen;
  readonly pathSigma: Float64Array;
  readonly pathC: Float64Array;
  /** d factors, 1 unless a margin widened the coordinate. */
  readonly stretch: Float64Array;
}

/** A point with its place in its generation. */
export interface CmaPoint {
  readonly x: Float64Array;
  /** False: drawn elsewhere, so that its step may be too long for the distribution. */
  readonly isOwn: boolean;
}

/** λ of the tutorial's table 1: 4 + ⌊3 ln d⌋. @param d ≥ 1 */
export function defaultPopulation(d: number): number {
  return 4 + Math.floor(3 * Math.log(d));
}

/** @param d ≥ 1 @param population ≥ 2 */
export function cmaConstants(d: number, population: number): CmaConstants {
  const raw = Float64Array.from(
    { length: Math.floor(population / 2) },
    (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1),
  );
  const total = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((w) => w / total);
  const muEff = 1 / dot(weights, weights);
  const cSigma = (muEff + 2) / (d + muEff + 5);
  const c1 = 2 / ((d + 1.3) ** 2 + muEff);
  return {
    weights,
    muEff,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (d + 1)) - 1) + cSigma,
    cC: (4 + muEff / d) / (d + 4 + (2 * muEff) / d),
    c1,
    cMu: Math.min(1 - c1, (2 * (muEff - 2 + 1 / muEff)) / ((d + 2) ** 2 + muEff)),
    chi: Math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d)),
  };
}

/** A round distribution. @param mean d ≥ 1 coordinates @param sigma above 0 */
export function startCma(mean: Float64Array, sigma: number, population: number): CmaState {
  const d = mean.length;
  const covariance = identity(d);
  return {
    generation: 0,
    population,
    mean,
    sigma,
    covariance,
    eigen: { values: new Float64Array(d).fill(1), vectors: covariance },
    pathSigma: new Float64Array(d),
    pathC: new Float64Array(d),
    stretch: new Float64Array(d).fill(1),
  };
}

function identity(d: number): Float64Array {
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matrix[i * d + i] = 1;
  return matrix;
}

/** A draw: mean + σ · stretch · C^½ · z (tutorial, equations 38–40). @param normal draws from N(0, 1) */
export function drawCma({ mean, sigma, eigen, stretch }: CmaState, normal: () => number): Float64Array {
  const d = mean.length;
  const scaled = eigen.values.map((value) => Math.sqrt(value) * normal());
  return mean.map(
    (m, i) => m + sigma * stretch[i]! * dot(eigen.vectors.subarray(i * d, (i + 1) * d), scaled),
  );
}

/**
 * The state after a generation.
 * @param ranked λ points, best first; only the better half is looked at (tutorial, equations 41–47)
 */
export function updateCma(state: CmaState, ranked: readonly CmaPoint[]): CmaState {
  const { mean, sigma, stretch, population, eigen } = state;
  const d = mean.length;
  const constants = cmaConstants(d, population);
  const { weights, muEff, cSigma, dSigma, cC, chi } = constants;
  const steps = ranked.slice(0, weights.length).map((point) => stepOf(state, point));
  const step = mean.map((_, i) => steps.reduce((sum, y, k) => sum + weights[k]! * y[i]!, 0));
  const white = whiten(eigen, step);
  const pathSigma = state.pathSigma.map(
    (p, i) => (1 - cSigma) * p + Math.sqrt(cSigma * (2 - cSigma) * muEff) * white[i]!,
  );
  const length = Math.sqrt(dot(pathSigma, pathSigma));
  const grown = Math.sqrt(1 - (1 - cSigma) ** (2 * (state.generation + 1)));
  // A path that is long because the step size is too small says nothing about directions.
  const h = length / grown < (1.4 + 2 / (d + 1)) * chi ? 1 : 0;
  const pathC = state.pathC.map((p, i) => (1 - cC) * p + h * Math.sqrt(cC * (2 - cC) * muEff) * step[i]!);
  const covariance = adapt(state.covariance, steps, pathC, h, constants);
  return {
    ...state,
    generation: state.generation + 1,
    mean: mean.map((m, i) => m + sigma * stretch[i]! * step[i]!),
    // At most e-fold: injected points may all lie far off (arXiv 1110.4181, equation 6).
    sigma: sigma * Math.exp(Math.min(1, (cSigma / dSigma) * (length / chi - 1))),
    covariance,
    eigen: positive(decomposeSymmetric(covariance, d)),
    pathSigma,
    pathC,
  };
}

/** (x − m) / σ in the distribution's own coordinates; a foreign point's is cut to a length that the draws have. */
function stepOf({ mean, sigma, stretch, eigen }: CmaState, { x, isOwn }: CmaPoint): Float64Array {
  const d = mean.length;
  const y = mean.map((m, i) => (x[i]! - m) / (sigma * stretch[i]!));
  if (isOwn) return y;
  const white = whiten(eigen, y);
  const most = Math.sqrt(d) + (2 * d) / (d + 2);
  const cut = Math.min(1, most / Math.max(Math.sqrt(dot(white, white)), 1e-300));
  return y.map((value) => cut * value);
}

/** C^−½ · y */
function whiten({ values, vectors }: Eigen, y: Float64Array): Float64Array {
  const d = y.length;
  const rotated = values.map((value, j) => {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += vectors[i * d + j]! * y[i]!;
    return sum / Math.sqrt(value);
  });
  return y.map((_, i) => dot(vectors.subarray(i * d, (i + 1) * d), rotated));
}

/** Rank-one and rank-μ update (tutorial, equation 47). */
function adapt(
  covariance: Float64Array,
  steps: readonly Float64Array[],
  path: Float64Array,
  h: number,
  { weights, c1, cMu, cC }: CmaConstants,
): Float64Array {
  const d = path.length;
  const keep = 1 - c1 - cMu + (1 - h) * c1 * cC * (2 - cC);
  return covariance.map((value, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const rankMu = steps.reduce((sum, y, k) => sum + weights[k]! * y[i]! * y[j]!, 0);
    return keep * value + c1 * path[i]! * path[j]! + cMu * rankMu;
  });
}

/** Rounding may leave an eigenvalue at or below 0. */
function positive({ values, vectors }: Eigen): Eigen {
  const least = 1e-14 * Math.max(...values);
  return { values: values.map((value) => Math.max(value, least, 1e-300)), vectors };
}
