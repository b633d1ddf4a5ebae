import type { FastTextArgs } from './args.ts';
import type { Corpus } from './corpus.ts';
import { buildDictionary, type Dictionary } from './dictionary.ts';
import { encodeLines, range } from './encoder.ts';
import { Kernel } from './kernel.ts';
import { trainingTables } from './loss-tables.ts';
import type { Entry, ModelContent, RowSource } from './model-file.ts';
import { RowMap } from './row-map.ts';
import { listWordRows } from './subwords.ts';

/** Lines that are scored while training, encoded against the training dictionary; see evaluation.ts. */
export interface TrainingPlan {
  readonly corpus: Corpus;
  readonly dictionary: Dictionary;
  readonly args: FastTextArgs;
  /** Corpus lines of an epoch in training order; a line may come several times. */
  readonly order: Int32Array;
  readonly rowMap: RowMap;
}

/** One run of stochastic gradient descent over the plan's lines. */
export class Training {
  readonly kernel: Kernel;
  readonly plan: TrainingPlan;
  readonly #totalTokens: number;

  /** @param encodeMore called after the training lines are encoded and before memory is laid out */
  constructor(plan: TrainingPlan, encodeMore: () => void = () => {}) {
    this.plan = plan;
    const { corpus, dictionary, args, order, rowMap } = plan;
    const { distinct, positions } = firstUses(order, corpus.lineStarts.length - 1);
    const lines = encodeLines(corpus, distinct, {
      ...args,
      wordRows: listWordRows(corpus.words, corpus.isLabel, dictionary.rowOf, dictionary.nWords, args),
      labelOf: dictionary.labelOf,
      nWords: dictionary.nWords,
      mapRow: rowMap.use,
    });
    encodeMore();
    const tables = trainingTables(args.loss, countLabels(plan), args.neg);
    const { nLabels } = dictionary;
    this.kernel = new Kernel({ dim: args.dim, tables, nLabels, nRows: rowMap.size, lines, order: positions });
    const epochTokens = positions.reduce((sum, line) => sum + lines.tokenCounts[line]!, 0);
    this.#totalTokens = args.epoch * epochTokens;
    this.kernel.set('baseLr', args.lr);
    this.kernel.set('totalTokens', this.#totalTokens);
    this.kernel.set('lrUpdateRate', args.lrUpdateRate);
    this.kernel.set('randomState', randomState(args.seed));
    fillInputs(this.kernel, plan);
  }

  /** Share of the schedule done, 0–1. */
  get progress(): number {
    return Math.min(1, this.kernel.get('tokenCount') / this.#totalTokens);
  }

  /** Whether the schedule has come to `progress`; compared in tokens, as {@link advance} stops. */
  hasReached(progress: number): boolean {
    return this.kernel.get('tokenCount') >= progress * this.#totalTokens;
  }

  /** Learning rate of the last line. */
  get lr(): number {
    return this.kernel.get('currentLr');
  }

  /** Trains on to `progress`, but stops after about `maxRows` row updates. False: it diverged. */
  advance(progress: number, maxRows: number): boolean {
    return this.kernel.exports.train(progress * this.#totalTokens, maxRows) !== 0;
  }

  /** Mean loss of the lines since the last call; NaN when there were none. */
  takeLoss(): number {
    const mean = this.kernel.get('lossSum') / this.kernel.get('lossCount');
    this.kernel.set('lossSum', 0);
    this.kernel.set('lossCount', 0);
    return mean;
  }

  /** The model as it stands, read from the kernel's memory when it is written. */
  content(): ModelContent {
    const { args, corpus, dictionary } = this.plan;
    const entries = Array.from(dictionary.entries, (word) => entryOf(corpus, word));
    return {
      args,
      words: entries.slice(0, dictionary.nWords),
      labels: entries.slice(dictionary.nWords),
      nTokens: dictionary.nTokens,
      input: inputMatrix(this.kernel, this.plan),
      output: outputMatrix(this.kernel, dictionary.nLabels, args.dim),
    };
  }
}

/** A plan for training on every line of the corpus in file order, or in `order`. */
export function planTraining(corpus: Corpus, args: FastTextArgs, order?: Int32Array): TrainingPlan {
  const dictionary = buildDictionary(corpus, args);
  return {
    corpus,
    dictionary,
    args,
    order: order ?? range(corpus.lineStarts.length - 1),
    rowMap: new RowMap(dictionary.nWords + args.bucket, args.dim),
  };
}

/** The distinct lines by first use, and the order in terms of those. */
function firstUses(order: Int32Array, nLines: number): { distinct: Int32Array; positions: Int32Array } {
  const positionOf = new Int32Array(nLines).fill(-1);
  const distinct: number[] = [];
  const positions = order.map((line) => {
    if (positionOf[line]! < 0) positionOf[line] = distinct.push(line) - 1;
    return positionOf[line]!;
  });
  return { distinct: Int32Array.from(distinct), positions };
}

/** How often each label occurs in the text, whatever the order repeats: what a model file says. */
function countLabels({ corpus, dictionary }: TrainingPlan): number[] {
  return Array.from(dictionary.entries.subarray(dictionary.nWords), (word) => corpus.words.counts[word]!);
}

/** minstd's state for a seed: it has no state 0. */
export function randomState(seed: number): number {
  return (seed >>> 0) % 0x7fffffff || 1;
}

function initialBound(dim: number): number {
  return Math.fround(1 / dim);
}

/** Draws the initial values of the rows in use; neighbours in the matrix are drawn in one go. */
function fillInputs(kernel: Kernel, { rowMap, args }: TrainingPlan): void {
  const { dim, seed } = args;
  const { originals, randomElements } = rowMap;
  for (let compact = 0; compact < originals.length; compact++) {
    const first = originals[compact]! * dim;
    if (first < 0 || first >= randomElements) continue;
    const count = Math.min(dim, randomElements - first);
    const to = kernel.inputs + compact * kernel.stride * 4;
    kernel.exports.fillInitial(randomState(seed), first, count, initialBound(dim), to);
  }
}

function entryOf({ words }: Corpus, word: number): Entry {
  return {
    bytes: words.bytes.subarray(words.starts[word]!, words.starts[word + 1]!),
    count: words.counts[word]!,
  };
}

function inputMatrix(kernel: Kernel, { rowMap, args }: TrainingPlan): RowSource {
  const { dim, seed } = args;
  return {
    nRows: rowMap.nRows,
    dim,
    read: (first, count, to) => {
      fillUntouched(kernel, rowMap, { dim, seed, first, count }, to);
      const { stride } = kernel;
      const used = kernel.floats(kernel.inputs, rowMap.size * stride);
      for (let i = 0; i < count; i++) {
        const compact = rowMap.compactOf(first + i);
        if (compact < 0) continue;
        // A loop: a view for each of millions of rows costs more than the copying.
        for (let j = 0; j < dim; j++) to[i * dim + j] = used[compact * stride + j]!;
      }
    },
  };
}

interface RowSpan {
  readonly dim: number;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** The values that rows had at the start, which those never used still have. */
function fillUntouched(
  kernel: Kernel,
  { randomElements }: RowMap,
  { dim, seed, first, count }: RowSpan,
  to: Float32Array,
): void {
  const drawn = Math.max(0, Math.min(count * dim, randomElements - first * dim));
  if (drawn > 0) {
    kernel.reserveScratch(drawn * 4);
    kernel.exports.fillInitial(randomState(seed), first * dim, drawn, initialBound(dim), kernel.scratch);
    to.set(kernel.floats(kernel.scratch, drawn));
  }
  to.fill(0, drawn, count * dim);
}

function outputMatrix(kernel: Kernel, nRows: number, dim: number): RowSource {
  return {
    nRows,
    dim,
    read: (first, count, to) => {
      for (let i = 0; i < count; i++) to.set(kernel.row('outputs', first + i, dim), i * dim);
    },
  };
}
