/** Beyond this a rare label's few texts would be all that is learned. */
const MOST_WEIGHT = 100;

export interface LabelCounts {
  /** Texts of each label. */
  readonly counts: ArrayLike<number>;
  readonly nTexts: number;
}

/**
 * What a text of each label counts where each text has one label: (n / (labels · n_label))^strength.
 * @param strength 0: all the same; 1: every label as much as any other
 */
export function weighLabels({ counts, nTexts }: LabelCounts, strength: number): number[] {
  return Array.from(counts, (count) => bound((nTexts / (counts.length * Math.max(1, count))) ** strength));
}

/** What "has the label" counts against "has it not" where a text may have several: (texts without / texts with)^strength. */
export function weighPositives({ counts, nTexts }: LabelCounts, strength: number): number[] {
  return Array.from(counts, (count) => bound(((nTexts - count) / Math.max(1, count)) ** strength));
}

const bound = (weight: number): number => Math.min(MOST_WEIGHT, Math.max(1 / MOST_WEIGHT, weight));

export function countLabels(gold: readonly (readonly number[])[], nLabels: number): Int32Array {
  const counts = new Int32Array(nLabels);
  for (const labels of gold) for (const label of labels) if (label >= 0) counts[label]!++;
  return counts;
}
