/**
 * For each document the indices of its labels in a label list, each at most once. A gold label that the list lacks is
 * −1 (it may repeat): it can only be missed.
 */
export type LabelSets = readonly (readonly number[])[];

/** What precision, recall and every F-beta are made of: weighted counts by label index. */
export interface LabelCounts {
  readonly truePositives: Float64Array;
  readonly gold: Float64Array;
  readonly predicted: Float64Array;
  /** Gold labels outside the label list. */
  readonly unknownGold: number;
}

/** Counts hits, gold labels and predictions of each label; `sampleWeight` has one number a document. */
export function countLabels(
  gold: LabelSets,
  predicted: LabelSets,
  nLabels: number,
  sampleWeight?: ArrayLike<number>,
): LabelCounts {
  const counts = {
    truePositives: new Float64Array(nLabels),
    gold: new Float64Array(nLabels),
    predicted: new Float64Array(nLabels),
    unknownGold: 0,
  };
  for (let i = 0; i < gold.length; i++) {
    const weight = sampleWeight?.[i] ?? 1;
    for (const label of gold[i]!) {
      if (label < 0) counts.unknownGold += weight;
      else counts.gold[label]! += weight;
    }
    for (const label of predicted[i]!) {
      counts.predicted[label]! += weight;
      if (gold[i]!.includes(label)) counts.truePositives[label]! += weight;
    }
  }
  return counts;
}

/** Labels that occur in the gold standard: a macro average over others would only count absences. */
export function supportedLabels({ gold }: Pick<LabelCounts, 'gold'>): number[] {
  return [...gold.keys()].filter((label) => gold[label]! > 0);
}
