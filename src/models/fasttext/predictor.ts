import { join } from 'node:path';
import type { LabelScore, PredictOptions, Predictor } from '../../domain/ports.ts';
import { tokenise } from './corpus.ts';
import type { EncodedLines } from './encoder.ts';
import { decide } from './evaluation.ts';
import { encodeForeign, type KnownWords } from './foreign-corpus.ts';
import { buildHuffmanTree } from './huffman.ts';
import { Kernel } from './kernel.ts';
import { type LineScores, readScores, scoreWidth } from './line-scores.ts';
import { lineOfText } from './lines.ts';
import { type LossTables, predictionTables } from './loss-tables.ts';
import { MODEL_FILE, type ModelFacts, readFacts } from './model-facts.ts';
import { type LoadedModel, readModelFile } from './model-reader.ts';
import { scoreRaw } from './scoring.ts';

/** A classifier that also tells its sentence vectors. */
export interface FastTextPredictor extends Predictor {
  /** The mean of the rows that stand for each text, `dim` floats each; zeros where nothing is known. */
  sentenceVectors(texts: readonly string[]): Promise<Float32Array[]>;
}

/** Loads the model that a training saved into `dir`. */
export async function loadFastTextPredictor(dir: string): Promise<FastTextPredictor> {
  const facts = await readFacts(dir);
  return createPredictor(await readModelFile(join(dir, MODEL_FILE)), facts);
}

/** Texts that are encoded and scored together. */
const BATCH = 512;

export function createPredictor(model: LoadedModel, facts: ModelFacts): FastTextPredictor {
  const { nLabels, args } = model;
  const tree = args.loss === 'hs' ? buildHuffmanTree(model.labelCounts) : null;
  const kernel = loadKernel(model, predictionTables(args.loss, tree));
  const width = scoreWidth(args.loss, nLabels);
  const normalise = (text: string): string =>
    lineOfText(text, { normalisation: facts.normalise, labelPrefix: facts.labelPrefix });
  const encode = createEncoder(model, facts.labelPrefix);
  const predictBatch = async (texts: readonly string[], options: PredictOptions): Promise<LabelScore[][]> => {
    const lines = encode(texts.map(normalise));
    const raw = await scoreRaw(kernel, lines, width);
    return texts.map((_, i) => {
      if (lines.rowStarts[i] === lines.rowStarts[i + 1]) return [];
      const own = readScores(raw.subarray(i * width, (i + 1) * width), tree);
      return choose(own, options, facts).map((label) => ({
        label: facts.labels[label]!,
        // A softmax may exceed 1 by rounding.
        probability: Math.min(1, own.probabilities[label]!),
      }));
    });
  };
  return {
    labels: facts.labels,
    normalise,
    predict: async (texts, options) => {
      const results: LabelScore[][] = [];
      for (let i = 0; i < texts.length; i += BATCH) {
        results.push(...(await predictBatch(texts.slice(i, i + BATCH), options)));
      }
      return results;
    },
    sentenceVectors: async (texts) => averageLines(kernel, encode(texts.map(normalise)), args.dim),
    dispose: () => {},
  };
}

/** By the caller's `k` and threshold, or by the model's own rule. */
function choose(scores: LineScores, { k, threshold }: PredictOptions, facts: ModelFacts): number[] {
  if (k !== null || threshold !== null) return scores.rank(k ?? facts.labels.length, threshold ?? 0);
  return facts.threshold === null ? scores.rank(1, 0) : decide(scores.probabilities, facts.threshold);
}

/** A kernel with the model's matrices; the row behind the last one is zeros and stands for all rows that are. */
function loadKernel({ args, nLabels, input, output }: LoadedModel, tables: LossTables): Kernel {
  const { dim } = args;
  const nRows = input.values.length / dim;
  const kernel = new Kernel({ dim, tables, nLabels, nRows: nRows + 1, lines: null, order: new Int32Array() });
  for (let i = 0; i < nRows; i++) {
    kernel.row('inputs', i, dim).set(input.values.subarray(i * dim, (i + 1) * dim));
  }
  for (let i = 0; i < nLabels; i++)
    kernel.row('outputs', i, dim).set(output.subarray(i * dim, (i + 1) * dim));
  return kernel;
}

function createEncoder(
  { vocabulary, nWords, args, input }: LoadedModel,
  labelPrefix: string,
): (lines: readonly string[]) => EncodedLines {
  const zeroRow = input.values.length / args.dim;
  const known: KnownWords = {
    vocabulary,
    nWords,
    rowOf: Int32Array.from({ length: vocabulary.size }, (_, i) => (i < nWords ? i : -1)),
    labelOf: Int32Array.from({ length: vocabulary.size }, (_, i) => (i < nWords ? -1 : i - nWords)),
  };
  const mapRow = (row: number): number => (input.rowOf[row]! < 0 ? zeroRow : input.rowOf[row]!);
  return (lines) => {
    const corpus = tokenise(Buffer.from(`${lines.join('\n')}\n`), labelPrefix);
    return encodeForeign(corpus, known, { ...args, mapRow }).lines;
  };
}

function averageLines(kernel: Kernel, { rows, rowStarts }: EncodedLines, dim: number): Float32Array[] {
  return Array.from({ length: rowStarts.length - 1 }, (_, i) => {
    const own = rows.subarray(rowStarts[i]!, rowStarts[i + 1]!);
    if (own.length === 0) return new Float32Array(dim);
    kernel.reserveScratch(own.length * 4);
    kernel.ints(kernel.scratch, own.length).set(own);
    kernel.exports.averageLine(kernel.scratch, own.length);
    return kernel.floats(kernel.hidden, dim).slice();
  });
}
