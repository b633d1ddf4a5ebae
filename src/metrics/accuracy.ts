import type { LabelSets } from './label-counts.ts';

/** Share of documents whose predicted label set equals the gold one (subset accuracy); NaN without documents. */
export function accuracy(gold: LabelSets, predicted: LabelSets, sampleWeight?: ArrayLike<number>): number {
  let [right, total] = [0, 0];
  for (const [i, labels] of gold.entries()) {
    const weight = sampleWeight?.[i] ?? 1;
    total += weight;
    const found = predicted[i]!;
    if (labels.length === found.length && labels.every((label) => found.includes(label))) right += weight;
  }
  return right / total;
}
