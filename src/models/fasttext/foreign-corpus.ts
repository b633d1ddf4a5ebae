import type { Corpus } from './corpus.ts';
import { type EncodedLines, encodeLines, range } from './encoder.ts';
import { listWordRows, type SubwordOptions } from './subwords.ts';
import type { Vocabulary, WordList } from './vocabulary.ts';

/** A model's dictionary as another text meets it. */
export interface KnownWords {
  readonly vocabulary: Vocabulary;
  /** By the vocabulary's numbers: row of a word, label number; −1 for none. */
  readonly rowOf: Int32Array;
  readonly labelOf: Int32Array;
  readonly nWords: number;
}

export interface ForeignOptions extends SubwordOptions {
  readonly wordNgrams: number;
  readonly mapRow: (row: number) => number;
}

export interface ForeignLines {
  readonly lines: EncodedLines;
  /** Label numbers of each line, without repetition; −1 for a label that the model doesn't know. */
  readonly gold: readonly (readonly number[])[];
}

/** Encodes a corpus that a model was not trained on. Unknown words still count through their n-grams. */
export function encodeForeign(corpus: Corpus, known: KnownWords, options: ForeignOptions): ForeignLines {
  const numbers = lookUp(corpus.words, known.vocabulary);
  const rowOf = numbers.map((number) => (number < 0 ? -1 : known.rowOf[number]!));
  const labelOf = numbers.map((number) => (number < 0 ? -1 : known.labelOf[number]!));
  const lines = encodeLines(corpus, range(corpus.lineStarts.length - 1), {
    ...options,
    wordRows: listWordRows(corpus.words, corpus.isLabel, rowOf, known.nWords, options),
    labelOf,
    nWords: known.nWords,
  });
  return { lines, gold: listGold(corpus, labelOf) };
}

/** The vocabulary's number of each word of the list, or −1. */
function lookUp({ bytes, starts, hashes }: WordList, vocabulary: Vocabulary): Int32Array {
  return hashes.map((hash, word) => vocabulary.find(bytes, starts[word]!, starts[word + 1]!, hash));
}

function listGold({ tokens, lineStarts, isLabel }: Corpus, labelOf: Int32Array): number[][] {
  return Array.from({ length: lineStarts.length - 1 }, (_, line) => {
    const own: number[] = [];
    for (let i = lineStarts[line]!; i < lineStarts[line + 1]!; i++) {
      const word = tokens[i]!;
      if (isLabel[word] === 0) continue;
      if (labelOf[word]! < 0 || !own.includes(labelOf[word]!)) own.push(labelOf[word]!);
    }
    return own;
  });
}
