/**
 * Targets for a Gaussian process: standardised, and bent so that a few terrible values do not flatten the differences
 * between the good ones. With r = how much worse than the best, and q the median of r, a value becomes
 *
 *   q / κ · ln(1 + κ r / q)      (κ = 0: r itself)
 *
 * which is r close to the best, whatever κ is, and its logarithm far from it. How far to bend is for the process's
 * likelihood to decide, which needs the Jacobian: the sample itself would mislead, as a search crowds around its best.
 *
 * E. Snelson, C. E. Rasmussen, Z. Ghahramani: Warped Gaussian processes. NIPS 2003, section 3.
 */

export interface BentTargets {
  /** Mean 0 and variance 1, in the order of the values; all 0 where the values are equal. */
  readonly targets: Float64Array;
  /** ln |∂ targets / ∂ values|, up to a constant that is the same for every κ. */
  readonly logJacobian: number;
}

/** @param values n ≥ 1 finite numbers, smaller is better @param bend κ ≥ 0 */
export function bendTargets(values: Float64Array, bend: number): BentTargets {
  const best = values.reduce((a, b) => Math.min(a, b));
  // Halved and scaled first: differences and squares of very large numbers would be infinite.
  const half = values.map((y) => y / 2 - best / 2);
  const largest = half.reduce((a, b) => Math.max(a, b));
  if (!(largest > 0)) return { targets: new Float64Array(values.length), logJacobian: 0 };
  const regrets = half.map((r) => r / largest);
  const scale = bend === 0 ? 0 : bend / typical(regrets);
  const bent = scale === 0 ? regrets : regrets.map((r) => Math.log1p(scale * r) / scale);
  const { targets, deviation } = standardize(bent);
  const slopes = regrets.reduce((sum, r) => sum + Math.log1p(scale * r), 0);
  return { targets, logJacobian: -slopes - values.length * Math.log(deviation) };
}

/** The median; the mean where more than half are 0. */
function typical(regrets: Float64Array): number {
  const median = regrets.toSorted()[Math.floor(regrets.length / 2)]!;
  return median > 0 ? median : mean(regrets);
}

function standardize(values: Float64Array): { targets: Float64Array; deviation: number } {
  const center = mean(values);
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - center) ** 2, 0) / values.length);
  return { targets: values.map((x) => (x - center) / deviation), deviation };
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
