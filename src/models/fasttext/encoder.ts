import type { Corpus } from './corpus.ts';
import type { RowLists } from './subwords.ts';
import { forEachWordNgram } from './word-ngrams.ts';

/** Lines as the kernel takes them: lists of rows and of labels, and each line's share of the schedule. */
export interface EncodedLines {
  readonly rows: Int32Array;
  readonly rowStarts: Int32Array;
  readonly labels: Int32Array;
  readonly labelStarts: Int32Array;
  /** Words, labels and line end of each line. */
  readonly tokenCounts: Int32Array;
}

export interface EncoderOptions {
  /** Rows of each corpus word. */
  readonly wordRows: RowLists;
  /** Label number of each corpus word, or −1. */
  readonly labelOf: Int32Array;
  readonly nWords: number;
  readonly wordNgrams: number;
  readonly bucket: number;
  /** From a row of the matrix to the one in memory. */
  readonly mapRow: (row: number) => number;
}

/** Encodes the corpus's `lines`, in that order: words and their character n-grams first, then word n-grams. */
export function encodeLines(corpus: Corpus, lines: Int32Array, options: EncoderOptions): EncodedLines {
  const { wordRows, labelOf, nWords, mapRow } = options;
  const { tokens, lineStarts, isLabel, words } = corpus;
  const rows = new IntList();
  const labels = new IntList();
  const rowStarts = new Int32Array(lines.length + 1);
  const labelStarts = new Int32Array(lines.length + 1);
  const tokenCounts = new Int32Array(lines.length);
  const hashes = new Int32Array(longestLine(lineStarts));
  const pushNgram = (bucketIndex: number): void => rows.push(mapRow(nWords + bucketIndex));
  for (let k = 0; k < lines.length; k++) {
    const [start, end] = [lineStarts[lines[k]!]!, lineStarts[lines[k]! + 1]!];
    let nHashes = 0;
    for (let i = start; i < end; i++) {
      const word = tokens[i]!;
      if (isLabel[word] === 1) {
        if (labelOf[word]! >= 0) labels.push(labelOf[word]!);
        continue;
      }
      hashes[nHashes++] = words.hashes[word]!;
      for (let r = wordRows.starts[word]!; r < wordRows.starts[word + 1]!; r++) {
        rows.push(mapRow(wordRows.rows[r]!));
      }
    }
    if (options.wordNgrams > 1) forEachWordNgram(hashes, nHashes, options, pushNgram);
    rowStarts[k + 1] = rows.length;
    labelStarts[k + 1] = labels.length;
    tokenCounts[k] = end - start;
  }
  return { rows: rows.values(), rowStarts, labels: labels.values(), labelStarts, tokenCounts };
}

/** 0, 1, … n − 1. */
export function range(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

function longestLine(lineStarts: Int32Array): number {
  let longest = 0;
  for (let i = 1; i < lineStarts.length; i++)
    longest = Math.max(longest, lineStarts[i]! - lineStarts[i - 1]!);
  return longest;
}

class IntList {
  #values = new Int32Array(1 << 12);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(2 * this.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  values(): Int32Array {
    return this.#values.subarray(0, this.length);
  }
}
