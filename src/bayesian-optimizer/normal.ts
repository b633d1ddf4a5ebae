/** The standard normal distribution. */

const SQRT_HALF = Math.SQRT1_2;
/** ln √(2π) */
export const LOG_SQRT_2PI = 0.9189385332046727;

/** The Chebyshev fit of both functions below, for z ≥ 0. */
function scaledTail(z: number): number {
  const t = 1 / (1 + 0.5 * z);
  const inner =
    -0.18628806 +
    t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))));
  const outer = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * inner)));
  return t * Math.exp(outer);
}

/**
 * The complementary error function, 1 − erf(x), to a relative error of 1.2e-7 everywhere (also in the tails).
 *
 * W. H. Press et al.: Numerical Recipes, 2nd edition, section 6.2 (`erfcc`, a Chebyshev fit).
 */
export function erfc(x: number): number {
  const tail = scaledTail(Math.abs(x)) * Math.exp(-x * x);
  return x >= 0 ? tail : 2 - tail;
}

/** e^(x²) · erfc(x) for x ≥ 0, which does not vanish where erfc does; the same relative error. */
export function erfcx(x: number): number {
  return scaledTail(x);
}

/** P(Z ≤ x). */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x * SQRT_HALF);
}

/** The density at x. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x - LOG_SQRT_2PI);
}

/**
 * The inverse of {@link normalCdf}, by a rational approximation and one Newton step; as exact as that.
 * @param p 0 < p < 1
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const z = startQuantile(p);
  return z - (normalCdf(z) - p) / normalPdf(z);
}

/** Coefficients from the highest power down: above and below the line, in the middle and in the tail. */
const MIDDLE_TOP = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const MIDDLE_BOTTOM = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_TOP = [
  -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BOTTOM = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/** P. J. Acklam: An algorithm for computing the inverse normal cumulative distribution function (2003), for p ≤ ½. */
function startQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_TOP, q) / polynomial(TAIL_BOTTOM, q);
  }
  const q = p - 0.5;
  return (polynomial(MIDDLE_TOP, q * q) * q) / polynomial(MIDDLE_BOTTOM, q * q);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, c) => sum * x + c, 0);
}
