import type { DatasetHandle, TrainingContext } from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import { FIRST_WORD, type WordVocabulary } from '../../text/word-vocabulary.ts';
import { learnWordVectors } from '../fasttext/learn-vectors.ts';
import { readWordVectors, type WordVectors } from '../fasttext/read-vectors.ts';
import type { LstmParams } from './params.ts';
import type { LstmSettings } from './settings.ts';

/** What the rows of the embedding begin as. */
export interface FirstVectors {
  /** A row a word; null: at random. */
  readonly values: Float32Array | null;
  readonly dim: number;
  /** Share of the vocabulary's words that were found. */
  readonly coverage: number | null;
}

/** Standard deviation of a vector's numbers, whether they were drawn or trained: what the first layer expects. */
export const VECTOR_DEVIATION = 0.3;

/**
 * Vectors of a file, or learned by fastText from the same texts; words that they lack begin at random.
 * @throws {DataError} a file that cannot be used
 */
export async function findFirstVectors(
  vocabulary: WordVocabulary,
  data: DatasetHandle,
  { embeddings, normalise, shape }: LstmParams,
  { vectors: path }: LstmSettings,
  { seed, cacheDir, signal }: TrainingContext,
): Promise<FirstVectors> {
  if (path !== null) return toMatrix(vocabulary, await readWordVectors(path, vocabulary.words), seed);
  const { embeddingDim: dim } = shape;
  if (embeddings === 'random') return { values: null, dim, coverage: null };
  const options = { dim, normalisation: normalise, seed, cacheDir, signal };
  return toMatrix(vocabulary, await learnWordVectors(data, options), seed);
}

function toMatrix(vocabulary: WordVocabulary, { dim, vectors }: WordVectors, seed: number): FirstVectors {
  const values = new Float32Array(vocabulary.size * dim);
  const scale = VECTOR_DEVIATION / deviationOf(vocabulary.words, vectors);
  const rng = createRng(seed, 0, 'missing vectors');
  let found = 0;
  for (let word = 0; word < vocabulary.size; word++) {
    const vector = word < FIRST_WORD ? undefined : vectors.get(vocabulary.words[word - FIRST_WORD]!);
    if (vector !== undefined) found++;
    for (let k = 0; k < dim; k++)
      values[word * dim + k] = vector === undefined ? VECTOR_DEVIATION * rng.normal() : scale * vector[k]!;
  }
  return { values, dim, coverage: found / vocabulary.words.length };
}

/** Root of the mean square of all their numbers; 1 where none is known. */
function deviationOf(words: readonly string[], vectors: WordVectors['vectors']): number {
  let [squares, count] = [0, 0];
  for (const vector of words.map((word) => vectors.get(word)))
    for (const value of vector ?? []) [squares, count] = [squares + value * value, count + 1];
  return squares === 0 ? 1 : Math.sqrt(squares / count);
}
