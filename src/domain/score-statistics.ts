import { detailsOf, type FrozenTrial, type Json } from './trial.ts';

/** How sure a score is, and what it rests on. Null: it cannot be told. Kept with a trial under `details.statistics`. */
export interface ScoreStatistics extends ProbabilityStatistics {
  /** The metric whose standard error and interval these are. */
  readonly metric: string | null;
  /** Documents that were scored. */
  readonly documents: number;
  /** The label that the fewest of them have (of those that any has), and how many have it. */
  readonly smallestLabel: string | null;
  readonly smallestSupport: number | null;
  /** By a bootstrap over the documents. */
  readonly standardError: number | null;
  /** Ends of its 95 % bootstrap interval. */
  readonly low: number | null;
  readonly high: number | null;
  readonly resamples: number | null;
}

/** How good the probabilities behind a prediction are; docs/metrics.md defines each. */
export interface ProbabilityStatistics {
  /** Documents whose probabilities were looked at: a part of very many. */
  readonly scoredDocuments: number | null;
  /** Area under the precision-recall curve: of the positive label, else the mean over labels. */
  readonly prAuc: number | null;
  readonly logLoss: number | null;
  readonly brier: number | null;
  /** Expected calibration error. */
  readonly ece: number | null;
  readonly temperature: number | null;
  /** After temperature scaling, out of fold. */
  readonly scaledLogLoss: number | null;
  readonly scaledEce: number | null;
  /** The threshold that serves F1 best on these documents, and F1 there. */
  readonly f1Threshold: number | null;
  readonly f1AtThreshold: number | null;
}

/** What a trial's training said of its validation score; null for trials of other programs, and of earlier versions. */
export function statisticsOf(trial: FrozenTrial): ScoreStatistics | null {
  return parseStatistics(detailsOf(trial)['statistics'] ?? null);
}

/** A program of one's own may have details of this name: without a number of documents they are none. */
export function parseStatistics(json: Json): ScoreStatistics | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const stored = json as Readonly<Record<string, Json>>;
  const number = (key: keyof ScoreStatistics): number | null => {
    const value = stored[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const documents = number('documents');
  if (documents === null) return null;
  const text = (key: keyof ScoreStatistics): string | null => {
    const value = stored[key];
    return typeof value === 'string' ? value : null;
  };
  return {
    metric: text('metric'),
    documents,
    smallestLabel: text('smallestLabel'),
    smallestSupport: number('smallestSupport'),
    standardError: number('standardError'),
    low: number('low'),
    high: number('high'),
    resamples: number('resamples'),
    scoredDocuments: number('scoredDocuments'),
    prAuc: number('prAuc'),
    logLoss: number('logLoss'),
    brier: number('brier'),
    ece: number('ece'),
    temperature: number('temperature'),
    scaledLogLoss: number('scaledLogLoss'),
    scaledEce: number('scaledEce'),
    f1Threshold: number('f1Threshold'),
    f1AtThreshold: number('f1AtThreshold'),
  };
}
