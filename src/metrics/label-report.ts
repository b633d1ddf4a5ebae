import { scoreLabel } from './averages.ts';
import { countLabels, type LabelSets } from './label-counts.ts';

/** How well one label is found. */
export interface LabelReportRow {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly 'f0.5': number;
  /** Documents that have the label. */
  readonly support: number;
  /** Documents for which it was predicted. */
  readonly predicted: number;
}

/** One row a label, in the order of `labels`; ratios without a denominator are 0. */
export function labelReport(
  gold: LabelSets,
  predicted: LabelSets,
  labels: readonly string[],
): LabelReportRow[] {
  const counts = countLabels(gold, predicted, labels.length);
  return labels.map((label, index) => {
    const { precision, recall, fBeta: f1 } = scoreLabel(counts, index, { beta: 1, zeroDivision: 0 });
    const { fBeta: fHalf } = scoreLabel(counts, index, { beta: 0.5, zeroDivision: 0 });
    const [support, nPredicted] = [counts.gold[index]!, counts.predicted[index]!];
    return { label, precision, recall, f1, 'f0.5': fHalf, support, predicted: nPredicted };
  });
}
