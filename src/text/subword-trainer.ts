import { type BasicTokenOptions, chunkPattern, splitChunk } from './basic-tokens.ts';
import { type CountedWord, createMerger } from './subword-merger.ts';
import { createVocabulary, SPECIAL_TOKENS, type WordPieceVocabulary } from './wordpiece-vocabulary.ts';

/*
 * A vocabulary of word pieces learnt from text, as byte-pair encoding learns it (Sennrich et al. 2016, "Neural Machine
 * Translation of Rare Words with Subword Units"): start from letters, join the most frequent neighbours again and again.
 * WordPiece's own trainer was never published; the `tokenizers` package trains BERT vocabularies in this way too. The
 * pieces are then used by WordPiece's rule (wordpiece.ts).
 */
export interface SubwordOptions {
  /** Tokens of the vocabulary with `[PAD]` and its like, at most. */
  readonly size: number;
  readonly options: BasicTokenOptions;
  /** Lets others run between two steps; may throw to stop. */
  readonly pace?: Pace;
}

interface Pace {
  due(): boolean;
  rest(): Promise<void>;
}

/** Letters beyond the most frequent are unknown: Chinese text and emoji would fill any vocabulary. */
const MAX_ALPHABET = 2000;
/** As in WordPiece: a longer word is unknown anyway. */
const MAX_WORD_LENGTH = 100;
/** Neighbours met once are not worth a token. */
const MIN_COUNT = 2;

/** The same texts, in whatever order, give the same vocabulary. */
export async function trainSubwords(
  texts: Iterable<string>,
  { size, options, pace }: SubwordOptions,
): Promise<WordPieceVocabulary> {
  const words = await countWords(texts, options, pace);
  const room = Math.max(0, size - SPECIAL_TOKENS.length);
  const alphabet = chooseAlphabet(words, Math.min(room, MAX_ALPHABET));
  const merger = createMerger(words, alphabet);
  while (merger.pieces.length < room && merger.joinMostFrequent(MIN_COUNT)) {
    if (pace?.due()) await pace.rest();
  }
  return createVocabulary([...SPECIAL_TOKENS, ...merger.pieces], 'the training text');
}

async function countWords(
  texts: Iterable<string>,
  options: BasicTokenOptions,
  pace: Pace | undefined,
): Promise<CountedWord[]> {
  const chunks = new Map<string, number>();
  for (const text of texts) {
    if (pace?.due()) await pace.rest();
    for (const [chunk] of text.matchAll(chunkPattern())) chunks.set(chunk, (chunks.get(chunk) ?? 0) + 1);
  }
  const words = new Map<string, number>();
  for (const [chunk, count] of chunks) {
    for (const word of splitChunk(chunk, options)) words.set(word, (words.get(word) ?? 0) + count);
  }
  const spelt = [...words].map(([word, count]) => ({ pieces: spell(word), count }));
  return spelt.filter(({ pieces }) => pieces.length <= MAX_WORD_LENGTH);
}

function spell(word: string): string[] {
  return Array.from(word, (letter, i) => (i === 0 ? letter : `##${letter}`));
}

/** The most frequent first letters and `##` letters, ties by their text; sorted. */
function chooseAlphabet(words: readonly CountedWord[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const { pieces, count } of words) {
    for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + count);
  }
  const frequent = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, limit);
  return frequent.map(([piece]) => piece).sort();
}
