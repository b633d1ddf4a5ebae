import { basename } from 'node:path';
import type { Dataset } from '../domain/dataset.ts';
import type { DataRef } from '../domain/study.ts';
import { countDuplicates } from './duplicates.ts';
import type { DataProblems } from './read-dataset.ts';

/** What a person should know about the data of a search: sentences, none where nothing is odd. */

export function describeProblems({ path }: DataRef, { count, dropped, samples }: DataProblems): string[] {
  if (count === 0) return [];
  const { line, reason } = samples[0]!;
  const repaired = count - dropped;
  const parts = [
    ...(dropped > 0 ? [`${dropped} left out`] : []),
    ...(repaired > 0 ? [`${repaired} repaired`] : []),
  ];
  return [
    `${basename(path)}: lines with problems: ${parts.join(', ')}; the first is line ${line}: ${reason}`,
  ];
}

export function describeOverlap(dropped: number): string[] {
  if (dropped === 0) return [];
  return [`training documents whose text is also in the validation or test set, left out: ${dropped}`];
}

export function describeConflicts(train: Dataset): string[] {
  const { conflicting } = countDuplicates(train.documents);
  return conflicting === 0 ? [] : [`training texts that occur with different labels: ${conflicting}`];
}

export function describeUnknownLabels(train: Dataset, valid: Dataset): string[] {
  const known = new Set(train.labels);
  const unknown = valid.labels.filter((label) => !known.has(label));
  if (unknown.length === 0) return [];
  return [`labels of the validation set that training lacks (always missed): ${listSome(unknown)}`];
}

/** Labels with fewer documents than there are folds. */
export function describeRareLabels({ documents, labels }: Dataset, folds: number): string[] {
  const counts = new Map<string, number>();
  for (const document of documents)
    for (const label of document.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const rare = labels.filter((label) => (counts.get(label) ?? 0) < folds);
  if (rare.length === 0) return [];
  return [
    `labels with fewer documents than the ${folds} folds, so that some folds lack them: ${listSome(rare)}`,
  ];
}

function listSome(labels: readonly string[]): string {
  return labels.slice(0, 5).join(', ') + (labels.length > 5 ? ', …' : '');
}
