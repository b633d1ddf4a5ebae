import type { Objective } from '../domain/objective.ts';
import type { Json, Metrics } from '../domain/trial.ts';
import {
  computeStatistics,
  confusionMatrix,
  evaluateMajority,
  labelReport,
  largestConfusions,
  type ScoredDocuments,
} from '../metrics/index.ts';

/** What an evaluation goes by. */
export interface EvaluationOptions {
  readonly labels: readonly string[];
  readonly objective: Objective;
  /** Several labels a document: all labels from a tuned threshold on, the top label in any case; else the top label. */
  readonly multiLabel: boolean;
}

export interface Evaluation {
  readonly metrics: Metrics;
  /** Null for one label a document. */
  readonly threshold: number | null;
  readonly predicted: readonly (readonly number[])[];
}

type LabelSets = readonly (readonly number[])[];

/** Beyond this a confusion matrix is too large to look at. */
const MATRIX_LABELS = 50;
/** The largest ones. */
const KEPT_CONFUSIONS = 10;

/** What is kept with a trial besides its metrics. */
export function describeTraining(
  gold: LabelSets,
  { threshold, predicted }: Evaluation,
  options: EvaluationOptions,
  scored: ScoredDocuments,
): Record<string, Json> {
  const { labels, multiLabel } = options;
  const withMatrix = !multiLabel && labels.length <= MATRIX_LABELS;
  return {
    threshold,
    labels: [...labels],
    statistics: { ...computeStatistics(gold, predicted, options, scored) },
    labelReport: labelReport(gold, predicted, labels) as unknown as Json,
    ...(withMatrix && { confusionMatrix: confusionMatrix(firstOf(gold), firstOf(predicted), labels.length) }),
    confusions: largestConfusions(gold, predicted, labels, KEPT_CONFUSIONS) as unknown as Json,
    majorityBaseline: describeMajority(gold, options),
  };
}

const firstOf = (sets: LabelSets): number[] => sets.map((set) => set[0] ?? -1);

/** What answering every document with the training set's most frequent label would score: label 0. */
function describeMajority(gold: LabelSets, options: EvaluationOptions): Json {
  const scores = evaluateMajority(gold, options);
  const { accuracy, f1, 'f0.5': fHalf, macroF1, microF1 } = scores;
  return {
    label: options.labels[0]!,
    value: scores[options.objective.metric] ?? null,
    accuracy: accuracy!,
    f1: f1!,
    'f0.5': fHalf!,
    macroF1: macroF1!,
    microF1: microF1!,
  };
}
