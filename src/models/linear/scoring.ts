import { evaluate, logLoss, multiLabelLogLoss, tuneThreshold } from '../../metrics/index.ts';
import type { Evaluation, EvaluationOptions } from '../describe-training.ts';
import { sigmoid } from './dual-step.ts';
import { chooseLabels } from './label-choice.ts';
import type { Pace } from './pace.ts';
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

export interface ScoredDocuments {
  /** Label numbers; −1: a label that training does not know. */
  readonly gold: readonly (readonly number[])[];
  readonly probabilities: Float32Array;
}

/** Metrics at the threshold that serves the objective best (several labels a document), or of the top label. */
export function evaluateDocuments(
  { gold, probabilities }: ScoredDocuments,
  options: EvaluationOptions,
): Evaluation {
  const n = options.labels.length;
  const threshold = options.multiLabel ? tuneThreshold(gold, probabilities, options).threshold : null;
  const predicted = gold.map((_, row) =>
    chooseLabels(probabilities.subarray(row * n, (row + 1) * n), { threshold }),
  );
  const loss = (options.multiLabel ? multiLabelLogLoss : logLoss)(gold, probabilities, n);
  const metrics = { ...evaluate(gold, predicted, options), loss, ...(threshold !== null && { threshold }) };
  return { metrics, predicted, threshold };
}
