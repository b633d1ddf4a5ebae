import { type DualStep, NEGLIGIBLE, NEWTON_STEPS, PRECISION, sigmoid, weighMove } from './dual-step.ts';

/** The step where labels are independent of each other: one-vs-rest. */
export function createOvaStep(nLabels: number): DualStep {
  return ({ probabilities, logits }, scores, curvature, change) => {
    let greatest = 0;
    for (let k = 0; k < nLabels; k++) {
      const [before, s, a] = [probabilities[k]!, scores[k]!, curvature[k]!];
      const fresh = Number.isNaN(logits[k]!);
      const z = fresh ? s : logits[k]!;
      change[k] = 0;
      if (!fresh && isSettled(before, s - z, a)) continue;
      logits[k] = solveLogit(z, s + a * before, a);
      probabilities[k] = sigmoid(logits[k]!);
      change[k] = before - probabilities[k]!;
      greatest = Math.max(greatest, weighMove(change[k]!, a));
    }
    return greatest;
  };
}

/** Whether a first Newton step from p would move it by a negligible amount. */
function isSettled(p: number, residual: number, a: number): boolean {
  const slope = p * (1 - p);
  const dz = Math.abs(residual) / (1 + a * slope);
  return weighMove(slope * (dz > 1 ? Math.exp(Math.min(dz, 80)) : dz), a) < NEGLIGIBLE;
}

/** The z of z + a·sigmoid(z) = target: Newton's method in the bracket target − a … target. */
function solveLogit(start: number, target: number, a: number): number {
  let [low, high] = [target - a, target];
  let z = Math.min(Math.max(start, low), high);
  // Where steps leave the bracket it is halved, which takes a few more of them.
  for (let step = 0; step < 4 * NEWTON_STEPS; step++) {
    const p = sigmoid(z);
    const slope = p * (1 - p);
    const excess = z + a * p - target;
    if (excess > 0) high = z;
    else low = z;
    const newton = z - excess / (1 + a * slope);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = weighMove((next - z) * Math.max(slope, 1e-6), a);
    z = next;
    if (moved < PRECISION) break;
  }
  return z;
}
