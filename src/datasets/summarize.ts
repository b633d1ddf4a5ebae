import type { Dataset } from '../domain/dataset.ts';
import type { LabelSummary } from '../domain/objective.ts';
import type { SpaceContext } from '../domain/study.ts';
import { countDuplicates, type DuplicateCounts } from './duplicates.ts';
import { type Quantiles, quantilesOf } from './quantiles.ts';
import { countText, emptyTextCounts } from './text-counts.ts';

export interface LabelShare {
  readonly label: string;
  readonly count: number;
  /** Of the documents, 0–1. */
  readonly share: number;
}

/** What an objective and a search space are chosen by. */
export type LabelStatistics = LabelSummary & SpaceContext;

/** What a data set is like. */
export interface DatasetSummary extends LabelStatistics, DuplicateCounts {
  /** Most frequent first. */
  readonly labels: readonly LabelShare[];
  /** Count of the largest label over that of the smallest. */
  readonly imbalance: number;
  /** Labels a document on average. */
  readonly cardinality: number;
  readonly words: Quantiles;
  /** Code points a text. */
  readonly chars: Quantiles;
  readonly emptyTexts: number;
  readonly unlabelled: number;
  /** Shares of the letters, 0–1; all 0 where there is none. */
  readonly scripts: { readonly latin: number; readonly cyrillic: number; readonly other: number };
}

/** Only the label counts of a data set: enough to bind a study. */
export function summarizeLabels({ documents, labels, multiLabel }: Dataset): LabelStatistics {
  const counts = new Map<string, number>(labels.map((label) => [label, 0]));
  for (const document of documents) {
    for (const label of document.labels) counts.set(label, counts.get(label)! + 1);
  }
  return {
    counts: Object.fromEntries(counts),
    documents: documents.length,
    nDocuments: documents.length,
    nLabels: labels.length,
    multiLabel,
  };
}

/** Everything that is worth knowing of a data set before a search. */
export function summarizeDataset(dataset: Dataset): DatasetSummary {
  const { documents } = dataset;
  const statistics = summarizeLabels(dataset);
  const total = documents.length;
  const labels = dataset.labels.map((label) => {
    const count = statistics.counts[label]!;
    return { label, count, share: count / total };
  });
  const counts = emptyTextCounts();
  const [words, chars] = [new Float64Array(total), new Float64Array(total)];
  for (const [i, { text }] of documents.entries()) {
    const size = countText(text, counts);
    words[i] = size.words;
    chars[i] = size.chars;
  }
  const letters = counts.latin + counts.cyrillic + counts.other || 1;
  return {
    ...statistics,
    ...countDuplicates(documents),
    labels,
    imbalance: labels.length === 0 ? 1 : labels[0]!.count / labels.at(-1)!.count,
    cardinality: total === 0 ? 0 : labels.reduce((sum, { count }) => sum + count, 0) / total,
    words: quantilesOf(words),
    chars: quantilesOf(chars),
    emptyTexts: words.reduce((n, count) => n + Number(count === 0), 0),
    unlabelled: documents.reduce((n, document) => n + Number(document.labels.length === 0), 0),
    scripts: {
      latin: counts.latin / letters,
      cyrillic: counts.cyrillic / letters,
      other: counts.other / letters,
    },
  };
}
