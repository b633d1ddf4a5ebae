import { type Normalisation, normalise } from './normalise.ts';
import type { Breather, Tokeniser } from './tokeniser.ts';

/*
 * Words by number: 0 fills up a batch, 1 stands for every word that is not known, then the known ones, most frequent
 * first and equals by code point, so that the same texts give the same numbers in whatever order they are read.
 */
export interface WordVocabulary extends Tokeniser {
  readonly unknown: number;
  /** The known words, in the order of their numbers from {@link FIRST_WORD} up. */
  readonly words: readonly string[];
  /** The word's number; `unknown` for one that is not known. */
  find(word: string): number;
}

export interface WordVocabularyOptions {
  readonly normalise: Normalisation;
  /** Least occurrences of a known word. */
  readonly minCount: number;
  /** Most known words: the most frequent ones. */
  readonly maxWords: number;
}

const PADDING = 0;
const UNKNOWN = 1;
export const FIRST_WORD = 2;

/** Nobody's word is longer; what is, is data by accident, and would be kept with the model. In UTF-16 units. */
const LONGEST_WORD = 100;

/** Learns the words of the training texts. */
export async function learnWordVocabulary(
  texts: readonly string[],
  options: WordVocabularyOptions,
  breather: Breather,
): Promise<WordVocabulary> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    if (breather.due()) await breather.rest();
    for (const word of splitWords(text, options.normalise)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return createWordVocabulary(chooseWords(counts, options), options.normalise);
}

function chooseWords(
  counts: ReadonlyMap<string, number>,
  { minCount, maxWords }: WordVocabularyOptions,
): string[] {
  return [...counts]
    .filter(([word, count]) => count >= minCount && word.length <= LONGEST_WORD)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, maxWords)
    .map(([word]) => word);
}

/** A vocabulary again from its words, in the order of their numbers. */
export function createWordVocabulary(words: readonly string[], how: Normalisation): WordVocabulary {
  const numbers = new Map(words.map((word, i) => [word, FIRST_WORD + i]));
  const find = (word: string): number => numbers.get(word) ?? UNKNOWN;
  return {
    size: FIRST_WORD + words.length,
    padding: PADDING,
    unknown: UNKNOWN,
    words,
    find,
    encode(text, maxLength) {
      const ids = splitWords(text, how, maxLength).map(find);
      return ids.length === 0 ? [UNKNOWN] : ids;
    },
  };
}

/**
 * The words of a text; what is no valid Unicode is replaced, since a file of words could not hold it.
 * @param limit at most so many, from the beginning
 */
export function splitWords(text: string, how: Normalisation, limit?: number): string[] {
  const words = normalise(text.replace(LONE_SURROGATE, '\ufffd'), how).split(' ', limit);
  return words[0] === '' ? [] : words;
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** One word a line; no word holds a line break. */
export function formatWords(words: readonly string[]): string {
  return words.map((word) => `${word}\n`).join('');
}

export function parseWords(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
