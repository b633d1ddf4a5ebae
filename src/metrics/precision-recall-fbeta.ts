import type { Average } from '../domain/objective.ts';
import { averageCounts, averageSamples, scoreLabel } from './averages.ts';
import { assertBeta, type Scores } from './f-beta.ts';
import { countLabels, type LabelSets } from './label-counts.ts';

export interface ScoreOptions {
  /** Length of the label list that the indices point into. */
  readonly nLabels: number;
  /** Weight of recall against precision, ≥ 0; default 1. */
  readonly beta?: number;
  /** Label indices that take part; absent: all. */
  readonly subset?: readonly number[];
  /** Index of the label that counts for `binary`. */
  readonly positive?: number;
  /** The value of a ratio without a denominator: 0 (default), 1 or NaN. */
  readonly zeroDivision?: number;
  /** One number a document; absent: all 1. */
  readonly sampleWeight?: ArrayLike<number>;
}

/**
 * Averaged precision, recall and F-beta, as scikit-learn's `precision_recall_fscore_support` defines them.
 * @throws {UsageError} for a negative β, or a binary average without a positive label.
 */
export function precisionRecallFBeta(
  gold: LabelSets,
  predicted: LabelSets,
  average: Average,
  options: ScoreOptions,
): Scores {
  const { nLabels, beta = 1, zeroDivision = 0, sampleWeight } = options;
  assertBeta(beta);
  const settings = { ...options, beta, zeroDivision };
  if (average === 'samples') return averageSamples(gold, predicted, settings, sampleWeight);
  return averageCounts(countLabels(gold, predicted, nLabels, sampleWeight), average, settings);
}

/** Precision, recall, F-beta and support (weighted gold count) of each label, in the order of `subset` or the list. */
export function scoreLabels(
  gold: LabelSets,
  predicted: LabelSets,
  options: Omit<ScoreOptions, 'positive'>,
): (Scores & { readonly support: number })[] {
  const { nLabels, beta = 1, zeroDivision = 0, subset, sampleWeight } = options;
  assertBeta(beta);
  const counts = countLabels(gold, predicted, nLabels, sampleWeight);
  return (subset ?? Array.from(counts.gold.keys())).map((label) => ({
    ...scoreLabel(counts, label, { beta, zeroDivision }),
    support: counts.gold[label]!,
  }));
}
