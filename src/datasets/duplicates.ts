import type { Document } from '../domain/dataset.ts';

/** Texts that differ only in Unicode form, case or white space compare as equal by this key. */
export function comparisonKey(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Documents of `train` whose text occurs in none of the other sets, in order. */
export function dropOverlap(
  train: readonly Document[],
  others: readonly Iterable<Document>[],
): { readonly kept: readonly Document[]; readonly dropped: number } {
  const seen = new Set<string>();
  for (const documents of others) for (const { text } of documents) seen.add(comparisonKey(text));
  if (seen.size === 0) return { kept: train, dropped: 0 };
  const kept = train.filter(({ text }) => !seen.has(comparisonKey(text)));
  return { kept, dropped: train.length - kept.length };
}

export interface DuplicateCounts {
  /** Documents beyond the first of each text. */
  readonly duplicates: number;
  /** Texts that occur with different labels. */
  readonly conflicting: number;
}

export function countDuplicates(documents: readonly Document[]): DuplicateCounts {
  let duplicates = 0;
  const labelsByText = new Map<string, string>();
  const conflicts = new Set<string>();
  for (const { text, labels } of documents) {
    const key = comparisonKey(text);
    const labelKey = [...labels].sort().join('\0');
    const earlier = labelsByText.get(key);
    if (earlier === undefined) labelsByText.set(key, labelKey);
    else {
      duplicates++;
      if (earlier !== labelKey) conflicts.add(key);
    }
  }
  return { duplicates, conflicting: conflicts.size };
}
