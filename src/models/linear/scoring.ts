import type { Pace } from '../pace.ts';
import { sigmoid } from './dual-step.ts';
import { addScores } from './row-products.ts';
import { logSumExp } from './softmax-step.ts';
import type { Loss } from './solver.ts';
import type { SparseMatrix } from './tfidf.ts';

/** What turns features into probabilities. */
export interface Scorer {
  readonly weights: Float32Array;
  readonly nLabels: number;
  readonly loss: Loss;
}

/** Probabilities of some rows, or of all, one column a label. */
export async function predictProbabilities(
  features: SparseMatrix,
  { weights, nLabels, loss }: Scorer,
  pace: Pace,
  rows: readonly number[] = Array.from({ length: features.rows }, (_, row) => row),
): Promise<Float32Array> {
  const probabilities = new Float32Array(rows.length * nLabels);
  for (const [i, row] of rows.entries()) {
    if (pace.due()) await pace.rest();
    const scores = probabilities.subarray(i * nLabels, (i + 1) * nLabels);
    addScores(features, row, weights, scores);
    toProbabilities(scores, loss);
  }
  return probabilities;
}

function toProbabilities(scores: Float32Array, loss: Loss): void {
  const shift = loss === 'softmax' ? logSumExp(scores) : 0;
  for (let k = 0; k < scores.length; k++) {
    scores[k] = loss === 'softmax' ? Math.exp(scores[k]! - shift) : sigmoid(scores[k]!);
  }
}
