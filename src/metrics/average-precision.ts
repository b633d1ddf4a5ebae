import type { LabelSets } from './label-counts.ts';
import { sortByFallingScore } from './score-order.ts';

/**
 * Area under each label's precision-recall curve: Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores, without interpolation
 * (scikit-learn's `average_precision_score`). NaN for a label that no document has.
 * @param scores one row a document, one column a label; no NaN.
 */
export function averagePrecision(gold: LabelSets, scores: Float32Array, nLabels: number): Float64Array {
  const support = new Float64Array(nLabels);
  for (const labels of gold) for (const label of labels) if (label >= 0) support[label]!++;
  const area = new Float64Array(nLabels);
  const [hits, seen, hitsBefore] = [area.slice(), area.slice(), area.slice()];
  const lastScore = new Float32Array(nLabels).fill(Number.NaN);
  const closeGroup = (label: number): void => {
    if (seen[label] === 0) return;
    area[label]! += ((hits[label]! - hitsBefore[label]!) * hits[label]!) / seen[label]!;
    hitsBefore[label] = hits[label]!;
  };
  for (const position of sortByFallingScore(scores, Uint32Array.from(scores.keys()))) {
    const document = Math.floor(position / nLabels);
    const label = position - document * nLabels;
    if (scores[position] !== lastScore[label]) closeGroup(label);
    lastScore[label] = scores[position]!;
    seen[label]!++;
    if (gold[document]!.includes(label)) hits[label]!++;
  }
  for (let label = 0; label < nLabels; label++) closeGroup(label);
  return area.map((sum, label) => (support[label] === 0 ? Number.NaN : sum / support[label]!));
}

/** The mean of {@link averagePrecision} over the labels that occur; NaN when none does. */
export function macroAveragePrecision(gold: LabelSets, scores: Float32Array, nLabels: number): number {
  const areas = averagePrecision(gold, scores, nLabels).filter((area) => !Number.isNaN(area));
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}
