import type { LabelSets } from './label-counts.ts';

/** Probabilities are kept this far from 0 and 1, so that one certain mistake does not cost infinity. */
const CLIP = 1e-15;

/**
 * Mean of −ln(probability of the gold label), in nats, with each row scaled to sum 1; documents without a gold label are
 * left out, an unknown one (−1) costs the most there is. NaN without documents.
 * @param scores one row a document, one column a label.
 */
export function logLoss(gold: LabelSets, scores: Float32Array, nLabels: number): number {
  let [sum, n] = [0, 0];
  for (const [document, labels] of gold.entries()) {
    if (labels.length === 0) continue;
    const row = scores.subarray(document * nLabels, (document + 1) * nLabels);
    const total = row.reduce((a, b) => a + b, 0);
    const probability = labels[0]! < 0 || total === 0 ? 0 : row[labels[0]!]! / total;
    sum -= Math.log(clip(probability));
    n++;
  }
  return sum / n;
}

/** Binary cross-entropy of every (document, label) pair, averaged, in nats: the log-loss of multi-label scores. */
export function multiLabelLogLoss(gold: LabelSets, scores: Float32Array, nLabels: number): number {
  let sum = 0;
  for (const [document, labels] of gold.entries()) {
    for (let label = 0; label < nLabels; label++) {
      const probability = scores[document * nLabels + label]!;
      sum -= Math.log(clip(labels.includes(label) ? probability : 1 - probability));
    }
  }
  return sum / (gold.length * nLabels);
}

function clip(probability: number): number {
  return Math.min(Math.max(probability, CLIP), 1 - CLIP);
}
