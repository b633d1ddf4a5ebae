/**
 * Targets for a Gaussian process: standardised, and bent by the power that makes them most like a normal sample, so that a
 * few terrible values do not flatten the differences between the good ones. The order is kept.
 *
 * I.-K. Yeo, R. A. Johnson: A new family of power transformations. Biometrika 87 (2000).
 */

/** Powers that are tried. 1 leaves values as they are; more would press the small ones, which are the good ones, together. */
const LEAST_POWER = -2;
const MOST_POWER = 1;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Yeo and Johnson's transformation of one number. */
export function yeoJohnson(x: number, power: number): number {
  if (x >= 0) return Math.abs(power) < 1e-9 ? Math.log1p(x) : ((1 + x) ** power - 1) / power;
  const rest = 2 - power;
  return Math.abs(rest) < 1e-9 ? -Math.log1p(-x) : -((1 - x) ** rest - 1) / rest;
}

/** The most likely power for a sample, by golden-section search. */
export function fitPower(values: Float64Array): number {
  let [low, high] = [LEAST_POWER, MOST_POWER];
  const loss = (power: number): number => -logLikelihood(values, power);
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [lossA, lossB] = [loss(a), loss(b)];
  while (high - low > 0.01) {
    if (lossA < lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - GOLDEN * (high - low);
      lossA = loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + GOLDEN * (high - low);
      lossB = loss(b);
    }
  }
  return (low + high) / 2;
}

function logLikelihood(values: Float64Array, power: number): number {
  const bent = values.map((x) => yeoJohnson(x, power));
  const jacobian = values.reduce((sum, x) => sum + Math.sign(x) * Math.log1p(Math.abs(x)), 0);
  return -0.5 * values.length * Math.log(variance(bent)) + (power - 1) * jacobian;
}

/** Mean 0 and variance 1; all zeros where the values are equal. */
export function standardize(values: Float64Array): Float64Array {
  // Scaled first: squares of very large numbers would be infinite.
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const scaled = values.map((x) => x / largest);
  const center = mean(scaled);
  const deviation = Math.sqrt(variance(scaled));
  return scaled.map((x) => (deviation > 1e-15 ? (x - center) / deviation : 0));
}

/** Standardised, bent, and standardised again. @param values n ≥ 1 finite numbers */
export function normalizeTargets(values: Float64Array): Float64Array {
  const standard = standardize(values);
  if (values.length < 3 || standard.every((x) => x === standard[0])) return standard;
  const power = fitPower(standard);
  return standardize(standard.map((x) => yeoJohnson(x, power)));
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function variance(values: Float64Array): number {
  const center = mean(values);
  return values.reduce((sum, x) => sum + (x - center) ** 2, 0) / values.length;
}
