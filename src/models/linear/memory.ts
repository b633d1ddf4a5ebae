import type { Params } from '../../domain/distribution.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { parseLinearParams } from './params.ts';

/** A Node process with the documents' texts read. */
const BASE_BYTES = 100 * 2 ** 20;
const BYTES_PER_TEXT = 1500;
/** Non-zero features of a document, for a text of some thirty words; 8 bytes each. */
const WORD_FEATURES = 30;
const CHAR_FEATURES_PER_LENGTH = 90;
/** Distinct features a document adds, about: most n-grams of a new text are new ones. */
const NEW_FEATURES = { word: 10, char: 20 };

/** Bytes at the peak: texts, vectors, dual variables and weights. */
export function predictLinearMemory(params: Params, { nDocuments, nLabels }: SpaceContext): number {
  const { tfidf } = parseLinearParams(params, nLabels);
  const lengths = tfidf.charNgrams === null ? 0 : tfidf.charNgrams.max - tfidf.charNgrams.min + 1;
  const perDocument = tfidf.wordNgrams * WORD_FEATURES + lengths * CHAR_FEATURES_PER_LENGTH;
  const distinct = nDocuments * (tfidf.wordNgrams * NEW_FEATURES.word + lengths * NEW_FEATURES.char);
  const weights = Math.min(tfidf.maxFeatures, distinct) * nLabels * 4;
  // p and z of each document and label, 4 bytes each.
  const dual = nDocuments * nLabels * 8;
  return BASE_BYTES + nDocuments * (BYTES_PER_TEXT + 8 * perDocument) + dual + weights + 24 * distinct;
}
