import type { Corpus } from './corpus.ts';
import { introsort } from './introsort.ts';

/** Which words and labels a model knows, in the model's order: words, then labels, each by count descending. */
export interface Dictionary {
  readonly nWords: number;
  readonly nLabels: number;
  /** All tokens of the corpus, rare words and line ends included. */
  readonly nTokens: number;
  /** Corpus word of each entry, words first. */
  readonly entries: Int32Array;
  /** Row of each corpus word: 0 … nWords − 1, or −1 (a label, or too rare). */
  readonly rowOf: Int32Array;
  /** Label number of each corpus word, or −1. */
  readonly labelOf: Int32Array;
}

/** Drops words rarer than `minCount` and labels rarer than `minCountLabel`. */
export function buildDictionary(
  { words, isLabel, tokens }: Corpus,
  { minCount, minCountLabel }: { readonly minCount: number; readonly minCountLabel: number },
): Dictionary {
  const { counts } = words;
  const sorted = Int32Array.from(counts, (_, word) => word);
  introsort(sorted, (a, b) =>
    isLabel[a] === isLabel[b] ? counts[a]! > counts[b]! : isLabel[a]! < isLabel[b]!,
  );
  const entries = sorted.filter((word) => counts[word]! >= (isLabel[word] === 1 ? minCountLabel : minCount));
  const nLabels = entries.reduce((sum, word) => sum + isLabel[word]!, 0);
  const nWords = entries.length - nLabels;
  const rowOf = new Int32Array(counts.length).fill(-1);
  const labelOf = new Int32Array(counts.length).fill(-1);
  for (let entry = 0; entry < entries.length; entry++) {
    if (entry < nWords) rowOf[entries[entry]!] = entry;
    else labelOf[entries[entry]!] = entry - nWords;
  }
  return { nWords, nLabels, nTokens: tokens.length, entries, rowOf, labelOf };
}
