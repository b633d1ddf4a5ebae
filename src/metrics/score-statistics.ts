import { createRng } from '../domain/random.ts';
import type { ProbabilityStatistics, ScoreStatistics } from '../domain/score-statistics.ts';
import { bootstrapScore } from './bootstrap.ts';
import type { EvaluateOptions } from './evaluate.ts';
import { countLabels, type LabelSets, supportedLabels } from './label-counts.ts';
import { judgeProbabilities } from './probability-quality.ts';
import { startResampledScore } from './resampled-score.ts';

/** Probabilities of some of the documents, or of all. */
export interface ScoredDocuments {
  /** Positions of the documents. */
  readonly documents: readonly number[];
  /** One row each of these documents, one column a label. */
  readonly scores: Float32Array;
}

/**
 * The statistics of a prediction's objective. Every prediction of as many documents meets the same resamples, so equal
 * predictions have equal statistics.
 */
export function computeStatistics(
  gold: LabelSets,
  predicted: LabelSets,
  options: EvaluateOptions,
  scored: ScoredDocuments | null = null,
): ScoreStatistics {
  const score = startResampledScore(gold, predicted, options);
  const bootstrap = score && bootstrapScore(score, { rng: createRng(0, 0, 'bootstrap') });
  const counts = countLabels(gold, predicted, options.labels.length);
  const [smallest] = supportedLabels(counts).sort((a, b) => counts.gold[a]! - counts.gold[b]!);
  return {
    metric: options.objective.metric,
    documents: gold.length,
    smallestLabel: smallest === undefined ? null : options.labels[smallest]!,
    smallestSupport: smallest === undefined ? null : counts.gold[smallest]!,
    standardError: bootstrap?.standardError ?? null,
    low: bootstrap?.low ?? null,
    high: bootstrap?.high ?? null,
    resamples: bootstrap?.resamples ?? null,
    ...(scored === null || scored.documents.length === 0 ? UNKNOWN : judge(gold, scored, options)),
  };
}

function judge(gold: LabelSets, { documents, scores }: ScoredDocuments, options: EvaluateOptions) {
  const chosen = documents.map((document) => gold[document]!);
  return judgeProbabilities(chosen, scores, options);
}

const UNKNOWN: ProbabilityStatistics = {
  scoredDocuments: null,
  prAuc: null,
  logLoss: null,
  brier: null,
  ece: null,
  temperature: null,
  scaledLogLoss: null,
  scaledEce: null,
  f1Threshold: null,
  f1AtThreshold: null,
};
