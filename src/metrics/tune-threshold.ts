import type { Objective } from '../domain/objective.ts';
import type { LabelSets } from './label-counts.ts';
import { startRunningScore } from './running-score.ts';
import { sortByFallingScore } from './score-order.ts';

export interface TuneOptions {
  readonly labels: readonly string[];
  readonly objective: Objective;
  /** The least threshold to try; default 0.01. */
  readonly floor?: number;
}

/** Improvements below this are rounding of the running sums. */
const NOISE = 1e-12;

/**
 * The threshold that serves the objective best when a document gets every label whose score reaches it, and its top label
 * in any case. One sweep over all scores from the highest down, so every distinct decision is tried: O(n log n) whatever
 * the average. Of equally good thresholds the highest wins; it lies halfway to the next score, which carries over to
 * unseen documents better than a value on the edge.
 * @param scores one row a document, one column a label; NaN never passes.
 * @returns the threshold and the objective's value there on these documents.
 */
export function tuneThreshold(
  gold: LabelSets,
  scores: Float32Array,
  { labels, objective, floor = 0.01 }: TuneOptions,
): { threshold: number; value: number } {
  const nLabels = labels.length;
  const top = gold.map((_, document) => topLabel(scores, document, nLabels));
  const running = startRunningScore(gold, labels, objective);
  for (const [document, label] of top.entries()) running.add(document, label);
  const order = orderCandidates(scores, top, nLabels, floor);
  // 0 additions: the top labels alone.
  let best = { additions: 0, value: running.value() };
  for (let i = 0; i < order.length; i++) {
    const position = order[i]!;
    const document = Math.floor(position / nLabels);
    running.add(document, position - document * nLabels);
    const lastOfEquals = i + 1 === order.length || scores[order[i + 1]!] !== scores[position];
    if (lastOfEquals && running.value() > best.value + NOISE)
      best = { additions: i + 1, value: running.value() };
  }
  const lowestTaken = best.additions === 0 ? null : scores[order[best.additions - 1]!]!;
  const highestLeft = best.additions === order.length ? null : scores[order[best.additions]!]!;
  return { threshold: placeThreshold(lowestTaken, highestLeft, floor), value: best.value };
}

/** Halfway between the scores it must part; null stands for no score on that side. */
function placeThreshold(lowestTaken: number | null, highestLeft: number | null, floor: number): number {
  if (highestLeft === null) return (floor + (lowestTaken ?? Math.max(1, floor))) / 2;
  // A score left out may be 1 or, by rounding, a little more.
  return (highestLeft + (lowestTaken ?? Math.max(1, highestLeft * 1.0001))) / 2;
}

/** Index of the highest score of a document, the first of equals; NaN counts as lowest. */
function topLabel(scores: Float32Array, document: number, nLabels: number): number {
  let [best, bestScore] = [0, Number.NEGATIVE_INFINITY];
  for (let label = 0; label < nLabels; label++) {
    const score = scores[document * nLabels + label]!;
    if (score > bestScore) [best, bestScore] = [label, score];
  }
  return best;
}

/** Positions of the scores that a threshold may add to the top labels, highest first. */
function orderCandidates(
  scores: Float32Array,
  top: readonly number[],
  nLabels: number,
  floor: number,
): Uint32Array {
  const positions = new Uint32Array(scores.length);
  let n = 0;
  for (const [document, topOfDocument] of top.entries()) {
    for (let label = 0; label < nLabels; label++) {
      const position = document * nLabels + label;
      if (scores[position]! >= floor && label !== topOfDocument) positions[n++] = position;
    }
  }
  return sortByFallingScore(scores, positions.slice(0, n));
}
