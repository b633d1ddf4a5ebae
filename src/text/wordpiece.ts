import { type BasicTokenOptions, chunkPattern, splitChunk } from './basic-tokens.ts';
import type { WordPieceVocabulary } from './wordpiece-vocabulary.ts';

/** Texts to numbers of a BERT vocabulary. Words are cut once and remembered. */
export interface WordPiece {
  readonly vocabulary: WordPieceVocabulary;
  /** `[CLS] pieces [SEP]`, the pieces cut off so that all is at most `maxLength` long. Reads no more of the text than that. */
  encode(text: string, maxLength: number): Int32Array;
  /** The pieces alone, as text. */
  tokenise(text: string): string[];
}

export interface WordPieceOptions extends BasicTokenOptions {
  /** A longer word (in code points) is unknown as a whole. */
  readonly maxWordLength?: number;
}

/** As transformers: a word beyond it takes long and is no word. */
const MAX_WORD_LENGTH = 100;

export function createWordPiece(vocabulary: WordPieceVocabulary, options: WordPieceOptions): WordPiece {
  const pieces = rememberPieces(vocabulary, options);
  const specials = specialsPattern(vocabulary);

  /** Appends pieces until `limit` numbers are there. */
  const append = (ids: number[], text: string, limit: number): void => {
    const chunks = chunkPattern();
    for (let found = chunks.exec(text); found !== null; found = chunks.exec(text)) {
      for (const id of pieces(found[0])) {
        if (ids.length === limit) return;
        ids.push(id);
      }
    }
  };
  const encodeInto = (ids: number[], text: string, limit: number): void => {
    for (const part of text.split(specials)) {
      const special = vocabulary.specials.get(part);
      if (special === undefined) append(ids, part, limit);
      else if (ids.length < limit) ids.push(special);
    }
  };
  return {
    vocabulary,
    encode(text, maxLength) {
      const ids = [vocabulary.cls];
      encodeInto(ids, text, maxLength - 1);
      ids.push(vocabulary.sep);
      return Int32Array.from(ids);
    },
    tokenise(text) {
      const ids: number[] = [];
      encodeInto(ids, text, Number.POSITIVE_INFINITY);
      return ids.map((id) => vocabulary.tokens[id]!);
    },
  };
}

/** Entries of the memory; when it is full it starts anew, for the words of a text come back soon or never. */
const MEMORY = 1 << 17;
/** A longer chunk is an address or noise: it will not come again. */
const MEMORABLE = 40;

function rememberPieces(
  vocabulary: WordPieceVocabulary,
  options: WordPieceOptions,
): (chunk: string) => readonly number[] {
  const { maxWordLength = MAX_WORD_LENGTH } = options;
  const memory = new Map<string, readonly number[]>();
  return (chunk) => {
    const known = memory.get(chunk);
    if (known !== undefined) return known;
    const ids = splitChunk(chunk, options).flatMap((word) => cutWord(word, vocabulary, maxWordLength));
    if (memory.size === MEMORY) memory.clear();
    if (chunk.length <= MEMORABLE) memory.set(chunk, ids);
    return ids;
  };
}

/** Takes the longest piece that fits, again and again; a word with a rest that no piece begins is unknown as a whole. */
function cutWord(word: string, vocabulary: WordPieceVocabulary, maxWordLength: number): readonly number[] {
  if (word.length > maxWordLength && [...word].length > maxWordLength) return [vocabulary.unk];
  const ids: number[] = [];
  for (let start = 0; start < word.length; ) {
    const table = start === 0 ? vocabulary.beginnings : vocabulary.continuations;
    let end = Math.min(word.length, start + vocabulary.longest);
    let id = table.get(word.slice(start, end));
    while (id === undefined && --end > start) id = table.get(word.slice(start, end));
    if (id === undefined) return [vocabulary.unk];
    ids.push(id);
    start = end;
  }
  return ids;
}

/** `[SEP]` and its like in a text stand for themselves, as in transformers, even within a word. */
function specialsPattern({ specials }: WordPieceVocabulary): RegExp {
  const names = [...specials.keys()].map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`(${names.join('|')})`);
}
