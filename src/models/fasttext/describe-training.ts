import type { Json } from '../../domain/trial.ts';
import { confusionMatrix, evaluate, labelReport } from '../../metrics/index.ts';
import type { Evaluation, EvaluationOptions } from './evaluation.ts';

type LabelSets = readonly (readonly number[])[];

/** Beyond this a confusion matrix is too large to look at. */
const MATRIX_LABELS = 50;

/** What is kept with a trial besides its metrics. */
export function describeTraining(
  gold: LabelSets,
  { threshold, predicted }: Evaluation,
  options: EvaluationOptions,
): Record<string, Json> {
  const { labels, multiLabel } = options;
  const withMatrix = !multiLabel && labels.length <= MATRIX_LABELS;
  return {
    threshold,
    labels: [...labels],
    labelReport: labelReport(gold, predicted, labels) as unknown as Json,
    ...(withMatrix && { confusionMatrix: confusionMatrix(firstOf(gold), firstOf(predicted), labels.length) }),
    majorityBaseline: describeMajority(gold, options),
  };
}

const firstOf = (sets: LabelSets): number[] => sets.map((set) => set[0] ?? -1);

/** What answering every document with the training set's most frequent label would score: label 0. */
function describeMajority(gold: LabelSets, options: EvaluationOptions): Json {
  const {
    accuracy,
    f1,
    'f0.5': fHalf,
    macroF1,
    microF1,
  } = evaluate(
    gold,
    gold.map(() => [0]),
    options,
  );
  return {
    label: options.labels[0]!,
    accuracy: accuracy!,
    f1: f1!,
    'f0.5': fHalf!,
    macroF1: macroF1!,
    microF1: microF1!,
  };
}
