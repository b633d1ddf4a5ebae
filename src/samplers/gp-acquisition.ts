import { logExpectedImprovement, normalCdf } from '#bayesian-optimizer';
import { LABEL_NOISE, type SearchModel } from './gp-model.ts';

const TINY = 1e-9;

/**
 * The logarithm of the improvement that the members expect on average, times the chance that the configuration can be
 * trained, times the distance from what runs already.
 */
export function scoreOf({ members, feasibility, running }: SearchModel, features: Float64Array): number {
  const values = members.map(({ process, incumbent }) => {
    const { mean, variance } = process.predict(features);
    return logExpectedImprovement(mean, Math.sqrt(variance), incumbent).value;
  });
  let score = logMean(values);
  if (feasibility !== null) {
    const { mean, variance } = feasibility.predict(features);
    score += Math.log(Math.max(normalCdf((mean - 0.5) / Math.sqrt(variance + LABEL_NOISE)), TINY));
  }
  // A sure model would send every worker to the same spot (González et al. 2016 penalise likewise).
  for (const other of running)
    score += Math.log(Math.max(1 - members[0].process.correlation(features, other), TINY));
  return score;
}

/** Minus the logarithm of the mean expected improvement alone, and its gradient by the coordinates `moving`. */
export function negativeImprovement(
  { members }: SearchModel,
  features: Float64Array,
  moving: readonly number[],
): { value: number; gradient: Float64Array } {
  const opinions = members.map(({ process, incumbent }) => {
    const { mean, variance, meanGradient, varianceGradient } = process.predictWithGradient(features);
    const deviation = Math.sqrt(variance);
    const { value, byMean, byDeviation } = logExpectedImprovement(mean, deviation, incumbent);
    const slope = (j: number): number =>
      byMean * meanGradient[j]! + (byDeviation * varianceGradient[j]!) / (2 * deviation);
    return { value, slope };
  });
  const value = logMean(opinions.map((opinion) => opinion.value));
  // Of the mean's logarithm: each member's slope by its share in the mean.
  const shares = opinions.map((opinion) => Math.exp(opinion.value - value) / opinions.length);
  const gradient = Float64Array.from(moving, (j) =>
    opinions.reduce((sum, { slope }, k) => sum - shares[k]! * slope(j), 0),
  );
  return { value: -value, gradient };
}

/** ln of the mean of exp(values). */
function logMean(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, v) => sum + Math.exp(v - largest), 0) / values.length);
}
