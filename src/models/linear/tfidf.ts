import type { Pace } from '../pace.ts';
import { createFeatureTable, type FeatureTable } from './feature-table.ts';
import { BLOCKS, type Block, type NgramOptions, type NgramReader, readNgrams } from './ngrams.ts';
import { grown, type TokenCorpus } from './tokens.ts';

/*
 * TF-IDF (Salton & Buckley 1988): a feature weighs tf · idf with idf = ln((1 + n) / (1 + df)) + 1, and each document is
 * scaled to Euclidean length 1, words and characters apart, so that the hundreds of character n-grams of a text do not
 * drown its dozen words. The two kinds then share the length: charShare of its square belongs to the characters.
 */
export interface TfidfOptions extends NgramOptions {
  /** 1 + ln(tf) in place of tf. */
  readonly sublinear: boolean;
  /** Least number of documents that a feature must occur in. */
  readonly minDf: number;
  /** Features kept: those of the most documents. */
  readonly maxFeatures: number;
  /** 0–1; counts only where there are words and characters. */
  readonly charShare: number;
}

/** What was learnt from the training texts; features are numbered by falling document frequency. */
export interface Vocabulary {
  readonly table: FeatureTable;
  readonly idf: Float32Array;
  /** Working space of one count a feature, all zero between uses: predicting one short text must not clear a megabyte. */
  readonly counts: Int32Array;
}

/** Rows by their non-zero entries; row r is entries `offsets[r] … offsets[r + 1] − 1`. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Distinct n-grams looked at while learning; later new ones are ignored, which bounds the memory (some 200 MB). */
const MAX_CANDIDATES = 1 << 23;

export async function fitVocabulary(
  corpus: TokenCorpus,
  options: TfidfOptions,
  pace: Pace,
): Promise<Vocabulary> {
  const candidates = createFeatureTable(MAX_CANDIDATES, 1 << 16);
  const documents = corpus.offsets.length - 1;
  const reader = await readNgrams(corpus, options, candidates.add, pace);
  const df = await countDocuments(reader, documents, candidates, pace);
  const kept = orderByFrequency(df, documents, options);
  const lanes = candidates.fingerprints();
  const table = createFeatureTable(kept.length, kept.length + 1);
  for (const feature of kept) table.add(lanes[2 * feature]!, lanes[2 * feature + 1]!);
  const idf = Float32Array.from(kept, (feature) => Math.log((1 + documents) / (1 + df[feature]!)) + 1);
  return createVocabulary(table, idf);
}

export function createVocabulary(table: FeatureTable, idf: Float32Array): Vocabulary {
  return { table, idf, counts: new Int32Array(idf.length) };
}

async function countDocuments(
  reader: NgramReader,
  documents: number,
  table: FeatureTable,
  pace: Pace,
): Promise<Int32Array> {
  const buffer = { features: new Int32Array(1 << 10) };
  let df = new Int32Array(table.size + (1 << 12));
  // The latest document (from 1) that a feature was seen in.
  let seen = new Int32Array(df.length);
  for (let document = 0; document < documents; document++) {
    if (pace.due()) await pace.rest();
    for (const block of BLOCKS) {
      const n = reader.read(document, block, buffer);
      while (table.size > df.length) [df, seen] = [grown(df), grown(seen)];
      for (let i = 0; i < n; i++) {
        const feature = buffer.features[i]!;
        if (seen[feature] === document + 1) continue;
        seen[feature] = document + 1;
        df[feature]!++;
      }
    }
  }
  return df.subarray(0, table.size);
}

/** Features that pass the bounds, most frequent first, equals as first seen: a counting sort. */
function orderByFrequency(
  df: Int32Array,
  documents: number,
  { minDf, maxFeatures }: TfidfOptions,
): Int32Array {
  // Position after all features that are more frequent; the slot of a frequency moves on as its features are placed.
  const next = new Int32Array(documents + 1);
  for (const n of df) if (n >= minDf) next[n]!++;
  let kept = 0;
  for (let n = documents; n > 0; n--) [next[n], kept] = [kept, kept + next[n]!];
  const order = new Int32Array(kept);
  for (const [feature, n] of df.entries()) if (n >= minDf) order[next[n]!++] = feature;
  return order.subarray(0, maxFeatures);
}

/** The documents' vectors. The last column is 1 in every row: its weight is the intercept. */
export async function encodeDocuments(
  corpus: TokenCorpus,
  { table, idf, counts }: Vocabulary,
  options: TfidfOptions,
  pace: Pace,
): Promise<SparseMatrix> {
  const rows = corpus.offsets.length - 1;
  const reader = await readNgrams(corpus, options, table.find, pace);
  const buffer = { features: new Int32Array(1 << 10) };
  const offsets = new Int32Array(rows + 1);
  let indices = new Int32Array(32 * rows + 32);
  let values = new Float32Array(indices.length);
  let n = 0;
  for (let row = 0; row < rows; row++) {
    if (pace.due()) await pace.rest();
    for (const block of BLOCKS) {
      const start = n;
      const occurrences = reader.read(row, block, buffer);
      while (n + occurrences + 1 > indices.length) {
        indices = grown(indices);
        const wider = new Float32Array(indices.length);
        wider.set(values);
        values = wider;
      }
      for (let i = 0; i < occurrences; i++) {
        const feature = buffer.features[i]!;
        if (counts[feature]!++ === 0) indices[n++] = feature;
      }
      weigh(indices.subarray(start, n), values.subarray(start, n), counts, idf, options.sublinear);
      scale(values.subarray(start, n), Math.sqrt(shareOf(block, options)));
    }
    indices[n] = idf.length;
    values[n++] = 1;
    offsets[row + 1] = n;
  }
  return { rows, columns: idf.length + 1, offsets, indices: indices.slice(0, n), values: values.slice(0, n) };
}

function weigh(
  features: Int32Array,
  values: Float32Array,
  counts: Int32Array,
  idf: Float32Array,
  sublinear: boolean,
): void {
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!;
    const tf = sublinear ? 1 + Math.log(counts[feature]!) : counts[feature]!;
    values[i] = tf * idf[feature]!;
    counts[feature] = 0;
  }
}

/** To the given Euclidean length; a vector of zeros stays one. */
function scale(values: Float32Array, length: number): void {
  let squares = 0;
  for (const value of values) squares += value * value;
  const factor = squares === 0 ? 0 : length / Math.sqrt(squares);
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}

function shareOf(block: Block, { wordNgrams, charNgrams, charShare }: TfidfOptions): number {
  if (charNgrams === null || wordNgrams === 0) return 1;
  return block === 'char' ? charShare : 1 - charShare;
}
