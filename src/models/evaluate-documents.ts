import { evaluate, logLoss, multiLabelLogLoss, tuneThreshold } from '../metrics/index.ts';
import type { Evaluation, EvaluationOptions } from './describe-training.ts';
import { chooseLabels } from './label-choice.ts';

export interface ScoredDocuments {
  /** Label numbers; −1: a label that training does not know. */
  readonly gold: readonly (readonly number[])[];
  /** One row a document, one column a label. */
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
