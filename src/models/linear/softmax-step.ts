import { type DualRow, type DualStep, NEGLIGIBLE, NEWTON_STEPS, PRECISION, weighMove } from './dual-step.ts';

/** Keeps exp(z) a normal number of 32 bits. */
const LEAST_LOGIT = -80;

/** The step for documents of exactly one label. */
export function createSoftmaxStep(nLabels: number): DualStep {
  const p = new Float32Array(nLabels);
  const z = new Float32Array(nLabels);
  const target = new Float32Array(nLabels);
  const shift = new Float32Array(nLabels);
  return (row, scores, curvature, change) => {
    const a = curvature[0]!;
    const fresh = Number.isNaN(row.logits[0]!);
    z.set(row.logits);
    p.set(row.probabilities);
    if (fresh) setSoftmax(z, p, scores);
    for (let k = 0; k < nLabels; k++) target[k] = scores[k]! + a * row.probabilities[k]!;
    for (let step = 0; step < NEWTON_STEPS; step++) {
      const moved = setShift(shift, p, z, target, a);
      if (step === 0 && !fresh && moved < NEGLIGIBLE) return 0;
      for (let k = 0; k < nLabels; k++) {
        // p ≤ 1 always: without this bound a step from far left overshoots exponentially.
        z[k] = Math.max(Math.min(z[k]! + shift[k]!, 0), LEAST_LOGIT);
        p[k] = Math.exp(z[k]!);
      }
      if (moved < PRECISION) break;
    }
    return weighMove(store(p, z, row, change), a);
  };
}

/** What the scores say by themselves. */
function setSoftmax(z: Float32Array, p: Float32Array, scores: Float32Array): void {
  const shift = logSumExp(scores);
  for (let k = 0; k < z.length; k++) {
    z[k] = Math.max(scores[k]! - shift, LEAST_LOGIT);
    p[k] = Math.exp(z[k]!);
  }
}

export function logSumExp(scores: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > highest) highest = score;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - highest);
  return highest + Math.log(sum);
}

/** Newton's step for z under Σ p = 1. Returns about the greatest move of a probability, weighed. */
function setShift(
  shift: Float32Array,
  p: Float32Array,
  z: Float32Array,
  target: Float32Array,
  a: number,
): number {
  let [sum, slopes, residuals] = [0, 0, 0];
  for (let k = 0; k < p.length; k++) {
    const slope = p[k]! / (a * p[k]! + 1);
    sum += p[k]!;
    slopes += slope;
    residuals += slope * (a * p[k]! + z[k]! - target[k]!);
  }
  const mu = (sum - 1 - residuals) / slopes;
  let greatest = 0;
  for (let k = 0; k < p.length; k++) {
    const dz = (target[k]! - z[k]! - a * p[k]! - mu) / (a * p[k]! + 1);
    shift[k] = dz;
    // A tiny probability that will grow by a factor is not judged by its slope.
    const moved = p[k]! * (dz > 1 ? Math.exp(Math.min(dz, -z[k]!)) : Math.abs(dz));
    if (moved > greatest) greatest = moved;
  }
  return weighMove(greatest, a);
}

/** Scales p to sum 1 and stores it. Returns the greatest change. */
function store(p: Float32Array, z: Float32Array, row: DualRow, change: Float32Array): number {
  let sum = 0;
  for (const value of p) sum += value;
  const logSum = Math.log(sum);
  let greatest = 0;
  for (let k = 0; k < p.length; k++) {
    const before = row.probabilities[k]!;
    row.probabilities[k] = p[k]! / sum;
    row.logits[k] = z[k]! - logSum;
    change[k] = before - row.probabilities[k]!;
    greatest = Math.max(greatest, Math.abs(change[k]!));
  }
  return greatest;
}
