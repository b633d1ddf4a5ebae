import { evaluate, type ScoredDocuments, tuneThreshold } from '../../metrics/index.ts';
import type { Evaluation, EvaluationOptions } from '../describe-training.ts';
import { chooseScored, spreadPositions } from '../validation-evidence.ts';
import type { ForeignLines } from './foreign-corpus.ts';
import type { Kernel } from './kernel.ts';
import { rankLabels } from './rank-labels.ts';
import { findTopLabels, scoreAll } from './scoring.ts';

/** Predicts the lines and compares with their labels. */
export async function evaluateLines(
  kernel: Kernel,
  { lines, gold }: ForeignLines,
  options: EvaluationOptions,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const nLabels = options.labels.length;
  if (!options.multiLabel) {
    const top = await findTopLabels(kernel, lines, signal);
    const predicted = Array.from(top, (label) => (label < 0 ? [] : [label]));
    return { metrics: evaluate(gold, predicted, options), threshold: null, predicted };
  }
  const scores = await scoreAll(kernel, lines, nLabels, signal);
  const { threshold } = tuneThreshold(gold, scores, options);
  const predicted = gold.map((_, line) =>
    decide(scores.subarray(line * nLabels, (line + 1) * nLabels), threshold),
  );
  return { metrics: { ...evaluate(gold, predicted, options), threshold }, threshold, predicted };
}

/** Labels from the threshold on, best first; the top label in any case. */
export function decide(scores: Float32Array, threshold: number): number[] {
  const passing = rankLabels(scores, scores.length, threshold);
  return passing.length > 0 ? passing : rankLabels(scores, 1, 0);
}

/** At most `limit` lines, evenly spread over the file, which may be sorted. */
export function thinOut(all: ForeignLines, limit: number): ForeignLines {
  return pickLines(all, spreadPositions(all.gold.length, limit));
}

/** The probabilities of the lines that are judged. */
export async function scoreLines(
  kernel: Kernel,
  all: ForeignLines,
  nLabels: number,
  signal: AbortSignal,
): Promise<ScoredDocuments> {
  const documents = chooseScored(all.gold.length, nLabels);
  const { lines } = pickLines(all, documents);
  return { documents, scores: await scoreAll(kernel, lines, nLabels, signal) };
}

function pickLines({ lines, gold }: ForeignLines, chosen: readonly number[]): ForeignLines {
  if (chosen.length === gold.length) return { lines, gold };
  const rowStarts = new Int32Array(chosen.length + 1);
  const parts = chosen.map((line, i) => {
    const rows = lines.rows.subarray(lines.rowStarts[line]!, lines.rowStarts[line + 1]!);
    rowStarts[i + 1] = rowStarts[i]! + rows.length;
    return rows;
  });
  const rows = new Int32Array(rowStarts[chosen.length]!);
  for (const [i, part] of parts.entries()) rows.set(part, rowStarts[i]!);
  return { lines: { ...lines, rows, rowStarts }, gold: chosen.map((line) => gold[line]!) };
}
