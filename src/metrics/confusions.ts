import type { LabelSets } from './label-counts.ts';

/** A label that was taken for another. */
export interface Confusion {
  readonly gold: string;
  readonly predicted: string;
  /** Documents. */
  readonly count: number;
}

/**
 * The most frequent confusions, largest first. Of several labels a document: a missed label with each label that was
 * wrongly given to the same document. Labels that training did not know are left out.
 */
export function largestConfusions(
  gold: LabelSets,
  predicted: LabelSets,
  labels: readonly string[],
  limit: number,
): Confusion[] {
  const counts = new Map<number, number>();
  for (const [document, wanted] of gold.entries()) {
    const found = predicted[document]!;
    const wrong = found.filter((label) => !wanted.includes(label));
    for (const missed of wanted) {
      if (missed < 0 || found.includes(missed)) continue;
      for (const label of wrong) {
        const key = missed * labels.length + label;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || a - b)
    .slice(0, limit)
    .map(([key, count]) => ({
      gold: labels[Math.floor(key / labels.length)]!,
      predicted: labels[key % labels.length]!,
      count,
    }));
}
