/**
 * The margin of CMA-ES for whole numbers and steps: where the distribution has become so narrow that all its draws round
 * to one value, it is moved and widened until the neighbouring values keep a chance of α. Without that a coordinate of a
 * grid freezes long before the others have converged.
 *
 * R. Hamano et al.: CMA-ES with margin: lower-bounding marginal probability for mixed-integer black-box optimization.
 * GECCO 2022 (arXiv 2205.13482), section 4.
 */
import type { CmaState } from './cma-es.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Where a coordinate's rounding changes below and above a point; infinite beyond the end values. */
export type CellOf = (x: number) => { readonly low: number; readonly high: number };

/** The recommended α, 1 / (λ d) (section 4.4). */
export function marginOf({ mean, population }: CmaState): number {
  return 1 / (population * mean.length);
}

/**
 * @param cells d entries; null for a continuous coordinate
 * @param alpha 0 … ½, the least chance to leave a value's cell
 */
export function applyMargin(state: CmaState, cells: readonly (CellOf | null)[], alpha: number): CmaState {
  const [mean, stretch] = [state.mean.slice(), state.stretch.slice()];
  cells.forEach((cellOf, j) => {
    if (cellOf === null) return;
    const own = state.sigma * Math.sqrt(state.covariance[j * mean.length + j]!);
    const { low, high } = cellOf(mean[j]!);
    if (Number.isFinite(low) && Number.isFinite(high)) {
      const kept = keepBoth(mean[j]!, own * stretch[j]!, low, high, alpha);
      mean[j] = kept.mean;
      stretch[j] = kept.deviation / own;
    } else if (Number.isFinite(low)) {
      mean[j] = low + Math.min(mean[j]! - low, reachOf(alpha) * own * stretch[j]!);
    } else if (Number.isFinite(high)) {
      mean[j] = high - Math.min(high - mean[j]!, reachOf(alpha) * own * stretch[j]!);
    }
  });
  return { ...state, mean, stretch };
}

/** Deviations from the mean beyond which a share `p` of a normal distribution lies. */
const reachOf = (p: number): number => -normalQuantile(p);

/** Mean and deviation that leave the cell on either side with a chance of α / 2 or more (equations 14–20). */
function keepBoth(
  mean: number,
  deviation: number,
  low: number,
  high: number,
  alpha: number,
): { mean: number; deviation: number } {
  const least = alpha / 2;
  const [below, above] = [normalCdf((low - mean) / deviation), normalCdf((mean - high) / deviation)];
  if (below >= least && above >= least) return { mean, deviation };
  const [raisedBelow, raisedAbove] = [Math.max(below, least), Math.max(above, least)];
  const middle = 1 - below - above;
  // What was added is taken from all three in proportion to what each has beyond its least.
  const excess = 1 - raisedBelow - raisedAbove - middle;
  const rate = excess / (raisedBelow + raisedAbove + middle - 3 * least);
  const [zLow, zHigh] = [
    reachOf(raisedBelow + rate * (raisedBelow - least)),
    reachOf(raisedAbove + rate * (raisedAbove - least)),
  ];
  return {
    mean: (low * zHigh + high * zLow) / (zLow + zHigh),
    deviation: (high - low) / (zLow + zHigh),
  };
}
