import { countLabels, type LabelCounts, type LabelSets } from './label-counts.ts';

/**
 * Matthews correlation coefficient of single-label predictions, for any number of classes: −1 … 1, and 0 where it is
 * undefined (one class only). Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
 * Computational Biology and Chemistry 28 (2004). Unknown gold labels, and documents without a prediction, are classes
 * of their own that nothing matches.
 */
export function matthews(
  gold: LabelSets,
  predicted: LabelSets,
  nLabels: number,
  sampleWeight?: ArrayLike<number>,
): number {
  const counts = countLabels(gold, predicted, nLabels, sampleWeight);
  const nothing = predicted.reduce(
    (sum, set, i) => sum + (set.length === 0 ? (sampleWeight?.[i] ?? 1) : 0),
    0,
  );
  return matthewsOfCounts(counts, nothing);
}

/** As {@link matthews}, from the counts; `unanswered` documents have no prediction. */
export function matthewsOfCounts(counts: LabelCounts, unanswered: number): number {
  const total = counts.gold.reduce((sum, n) => sum + n, counts.unknownGold);
  const hits = counts.truePositives.reduce((sum, n) => sum + n, 0);
  const expected = counts.gold.reduce((sum, n, label) => sum + n * counts.predicted[label]!, 0);
  const goldSquares = counts.gold.reduce((sum, n) => sum + n * n, counts.unknownGold ** 2);
  const predictedSquares = counts.predicted.reduce((sum, n) => sum + n * n, unanswered ** 2);
  const spread = (total ** 2 - goldSquares) * (total ** 2 - predictedSquares);
  return spread <= 0 ? 0 : (hits * total - expected) / Math.sqrt(spread);
}
