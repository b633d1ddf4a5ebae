/**
 * Log expected improvement: the logarithm of how much better than the best so far a point is expected to be. Far from
 * anything promising expected improvement itself is 0 in floating point, and its gradient too; its logarithm is not.
 *
 * S. Ament et al.: Unexpected improvements to expected improvement for Bayesian optimization. NeurIPS 2023
 * (arXiv 2310.20708), equations 8–9 and appendix A.1.
 */
import { erfcx, LOG_SQRT_2PI, normalCdf, normalPdf } from './normal.ts';

export interface LogImprovement {
  readonly value: number;
  /** Derivatives by the mean and by the standard deviation of the prediction. */
  readonly byMean: number;
  readonly byDeviation: number;
}

/** From here on h(z)/φ(z) = 1/z² − 3/z⁴ is more exact than a difference of two numbers close to 1. */
const FAR = -25;

/**
 * ln E[max(best − f, 0)] for f ~ N(mean, deviation²): smaller values are better.
 * @param deviation above 0
 */
export function logExpectedImprovement(mean: number, deviation: number, best: number): LogImprovement {
  const z = (best - mean) / deviation;
  if (z > -1) {
    const [density, mass] = [normalPdf(z), normalCdf(z)];
    const h = density + z * mass;
    return {
      value: Math.log(h) + Math.log(deviation),
      byMean: -mass / (deviation * h),
      byDeviation: density / (deviation * h),
    };
  }
  // Everything divided by φ(z): the Mills ratio Φ(z)/φ(z) stays of ordinary size.
  const mills = Math.sqrt(Math.PI / 2) * erfcx(-z * Math.SQRT1_2);
  const scaled = z < FAR ? (1 - 3 / (z * z)) / (z * z) : 1 + z * mills;
  return {
    value: -0.5 * z * z - LOG_SQRT_2PI + Math.log(scaled) + Math.log(deviation),
    byMean: -mills / (deviation * scaled),
    byDeviation: 1 / (deviation * scaled),
  };
}
