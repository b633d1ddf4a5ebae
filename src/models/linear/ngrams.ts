import type { Pace } from '../pace.ts';
import type { Fingerprint } from './fingerprint.ts';
import { extendFingerprint, KINDS, mixLane, startFingerprint } from './fingerprint.ts';
import { grown, type TokenCorpus } from './tokens.ts';

/** Which n-grams are features. */
export interface NgramOptions {
  /** Runs of 1 … so many words; 0: no words. */
  readonly wordNgrams: number;
  /** Runs of `min` … `max` characters inside a word that is padded with one blank on either side; null: none. */
  readonly charNgrams: { readonly min: number; readonly max: number } | null;
}

/** The kinds of features that are scaled to unit length apart from each other. */
export const BLOCKS = ['word', 'char'] as const;
export type Block = (typeof BLOCKS)[number];

/** Reads the features of documents, one occurrence after another. */
export interface NgramReader {
  /** Writes the document's features of one kind into `into`, grown where it is too small; unknown ones are left out. */
  read(document: number, block: Block, into: { features: Int32Array }): number;
}

/** Numbers a feature by its fingerprint; −1: leave it out. */
export type FeatureNumberer = (a: number, b: number) => number;

/**
 * The characters' n-grams of each distinct token are found once and looked up by token afterwards: texts repeat their
 * words, and this makes reading several times faster.
 */
export async function readNgrams(
  corpus: TokenCorpus,
  { wordNgrams, charNgrams }: NgramOptions,
  number: FeatureNumberer,
  pace: Pace,
): Promise<NgramReader> {
  const words = wordFingerprints(corpus.tokens);
  const ofToken = charNgrams === null ? null : await charFeatures(corpus.tokens, charNgrams, number, pace);
  return {
    read(document, block, into) {
      const [start, end] = [corpus.offsets[document]!, corpus.offsets[document + 1]!];
      if (block === 'word') {
        while (into.features.length < wordNgrams * (end - start)) into.features = grown(into.features);
        return readWords(corpus.ids.subarray(start, end), words, wordNgrams, number, into.features);
      }
      return ofToken === null ? 0 : copyRuns(corpus.ids.subarray(start, end), ofToken, into);
    },
  };
}

function readWords(
  ids: Int32Array,
  words: Int32Array,
  order: number,
  number: FeatureNumberer,
  features: Int32Array,
): number {
  const fingerprint: Fingerprint = { a: 0, b: 0 };
  let n = 0;
  for (let first = 0; first < ids.length; first++) {
    startFingerprint(fingerprint, KINDS.word);
    const last = Math.min(first + order, ids.length);
    for (let at = first; at < last; at++) {
      extendFingerprint(fingerprint, words[2 * ids[at]!]!);
      extendFingerprint(fingerprint, words[2 * ids[at]! + 1]!);
      const feature = number(mixLane(fingerprint.a), mixLane(fingerprint.b));
      if (feature >= 0) features[n++] = feature;
    }
  }
  return n;
}

/** Two lanes a token. */
function wordFingerprints(tokens: readonly string[]): Int32Array {
  const lanes = new Int32Array(2 * tokens.length);
  const fingerprint: Fingerprint = { a: 0, b: 0 };
  for (const [token, text] of tokens.entries()) {
    startFingerprint(fingerprint, KINDS.word);
    for (let i = 0; i < text.length; i++) extendFingerprint(fingerprint, text.charCodeAt(i));
    lanes[2 * token] = mixLane(fingerprint.a);
    lanes[2 * token + 1] = mixLane(fingerprint.b);
  }
  return lanes;
}

/** Runs of features, one run a token. */
interface Runs {
  readonly features: Int32Array;
  readonly offsets: Int32Array;
}

async function charFeatures(
  tokens: readonly string[],
  { min, max }: { min: number; max: number },
  number: FeatureNumberer,
  pace: Pace,
): Promise<Runs> {
  const offsets = new Int32Array(tokens.length + 1);
  const fingerprint: Fingerprint = { a: 0, b: 0 };
  let features = new Int32Array(16 * tokens.length + 16);
  let n = 0;
  for (const [token, text] of tokens.entries()) {
    if (pace.due()) await pace.rest();
    const points = Array.from(` ${text} `, (char) => char.codePointAt(0)!);
    for (let first = 0; first < points.length; first++) {
      startFingerprint(fingerprint, KINDS.char);
      // A word shorter than an n-gram is that n-gram, once.
      const last = Math.min(first + max, points.length);
      for (let at = first; at < last; at++) {
        extendFingerprint(fingerprint, points[at]!);
        const whole = first === 0 && at === points.length - 1;
        if (at - first + 1 < min && !whole) continue;
        const feature = number(mixLane(fingerprint.a), mixLane(fingerprint.b));
        if (n === features.length) features = grown(features);
        if (feature >= 0) features[n++] = feature;
      }
    }
    offsets[token + 1] = n;
  }
  return { features: features.slice(0, n), offsets };
}

function copyRuns(ids: Int32Array, runs: Runs, into: { features: Int32Array }): number {
  let n = 0;
  for (const id of ids) {
    const [start, end] = [runs.offsets[id]!, runs.offsets[id + 1]!];
    while (n + end - start > into.features.length) into.features = grown(into.features);
    for (let i = start; i < end; i++) into.features[n++] = runs.features[i]!;
  }
  return n;
}
