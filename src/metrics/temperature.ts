import type { LabelSets } from './label-counts.ts';

/*
 * Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2): one number T
 * divides the logits of all documents, chosen for the least log-loss. The top label stays the same; the probabilities
 * move towards each other (T > 1) or apart. In β = 1/T the log-loss is convex, so the zero of its slope is the minimum:
 * Newton's method, held between bounds. Logits are had back from probabilities up to a constant that cancels: ln p of one
 * label a document, ln p/(1−p) of several.
 */

export interface ScoredLabels {
  readonly gold: LabelSets;
  /** See {@link toLogits}; one row a document, one column a label. */
  readonly logits: Float32Array;
  readonly nLabels: number;
  readonly multiLabel: boolean;
}

const [LEAST_BETA, MOST_BETA] = [0.02, 50];
const MOST_STEPS = 60;

/**
 * The temperature of least log-loss on some of the documents (all by default), between 0.02 and 50. Documents without a
 * gold label that training knew do not take part where each has one. 1 without any.
 */
export function fitTemperature(scored: ScoredLabels, documents?: readonly number[], start = 1): number {
  const rows = documents ?? [...scored.gold.keys()];
  let [low, high, beta] = [LEAST_BETA, MOST_BETA, 1 / start];
  for (let step = 0; step < MOST_STEPS; step++) {
    const { slope, curvature } = differentiate(scored, rows, beta);
    if (slope === 0) break;
    if (slope > 0) high = beta;
    else low = beta;
    const newton = beta - slope / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    const moved = Math.abs(next - beta);
    beta = next;
    if (moved < 1e-6 * beta) break;
  }
  return 1 / beta;
}

/** First and second derivative of the summed log-loss in β. */
function differentiate(
  { gold, logits, nLabels, multiLabel }: ScoredLabels,
  rows: readonly number[],
  beta: number,
): { slope: number; curvature: number } {
  let [slope, curvature] = [0, 0];
  for (const document of rows) {
    const row = logits.subarray(document * nLabels, (document + 1) * nLabels);
    const labels = gold[document]!;
    if (multiLabel) {
      for (const [label, z] of row.entries()) {
        const p = 1 / (1 + Math.exp(-beta * z));
        slope += z * (p - Number(labels.includes(label)));
        curvature += z * z * p * (1 - p);
      }
    } else if (labels.length > 0 && labels[0]! >= 0) {
      const { mean, variance } = momentsUnder(row, beta);
      slope += mean - row[labels[0]!]!;
      curvature += variance;
    }
  }
  return { slope, curvature };
}

/** Mean and variance of the logits under softmax(β · logits). */
function momentsUnder(row: Float32Array, beta: number): { mean: number; variance: number } {
  const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let [total, sum, squares] = [0, 0, 0];
  for (const z of row) {
    const weight = Math.exp(beta * (z - top));
    total += weight;
    sum += weight * z;
    squares += weight * z * z;
  }
  const mean = sum / total;
  return { mean, variance: Math.max(0, squares / total - mean * mean) };
}

/** The probabilities at the temperature that each document is given. Rows of one label a document sum to 1. */
export function scaleScores(scored: ScoredLabels, temperatureOf: (document: number) => number): Float32Array {
  const { nLabels, multiLabel, gold } = scored;
  const scaled = scored.logits.slice();
  for (const document of gold.keys()) {
    const row = scaled.subarray(document * nLabels, (document + 1) * nLabels);
    const beta = 1 / temperatureOf(document);
    const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    for (const [label, z] of row.entries())
      row[label] = multiLabel ? 1 / (1 + Math.exp(-beta * z)) : Math.exp(beta * (z - top));
    if (multiLabel) continue;
    const total = row.reduce((a, b) => a + b, 0);
    for (const [label, weight] of row.entries()) row[label] = weight / total;
  }
  return scaled;
}

/** Nearer to 0 or 1 single precision cannot tell. */
const TINY = 1e-7;

/** Of probabilities: ln p, or ln p/(1−p) of several labels a document. */
export function toLogits(scores: Float32Array, multiLabel: boolean): Float32Array {
  if (!multiLabel) return scores.map((p) => Math.log(Math.max(p, 1e-30)));
  return scores.map((p) => {
    const inside = Math.min(Math.max(p, TINY), 1 - TINY);
    return Math.log(inside / (1 - inside));
  });
}
