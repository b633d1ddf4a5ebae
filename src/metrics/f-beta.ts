import { UsageError } from '../domain/errors.ts';

/** Precision, recall and the F-beta score of them. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly fBeta: number;
}

/**
 * Scores from counts. A ratio without a denominator (nothing predicted, nothing to find) is `zeroDivision`: 0, 1 or NaN.
 *
 * F = (1 + β²)·tp / (β²·gold + predicted), van Rijsbergen's F ("Information Retrieval", 1979, ch. 7) in counts.
 * β below 1 favours precision, above 1 recall; 0 is precision, infinity recall.
 */
export function scoreCounts(
  truePositives: number,
  gold: number,
  predicted: number,
  beta: number,
  zeroDivision: number,
): Scores {
  const precision = predicted === 0 ? zeroDivision : truePositives / predicted;
  const recall = gold === 0 ? zeroDivision : truePositives / gold;
  return { precision, recall, fBeta: fBeta(truePositives, gold, predicted, beta, zeroDivision) };
}

/** The F-beta part of {@link scoreCounts} alone. */
export function fBeta(
  truePositives: number,
  gold: number,
  predicted: number,
  beta: number,
  zeroDivision: number,
): number {
  const squared = beta * beta;
  if (squared === Number.POSITIVE_INFINITY) return gold === 0 ? zeroDivision : truePositives / gold;
  const denominator = squared * gold + predicted;
  return denominator === 0 ? zeroDivision : ((1 + squared) * truePositives) / denominator;
}

/** @throws {UsageError} when `beta` is negative or no number. */
export function assertBeta(beta: number): void {
  if (beta >= 0) return;
  throw new UsageError(`The β of an F-beta score must be 0 or more, got ${beta}.`, {
    fix: 'use f0.5 to favour precision, f1 for balance, f2 to favour recall',
  });
}
