import type { Rng } from '../domain/random.ts';
import { bucketOf } from './length-buckets.ts';
import type { TokenRows } from './tokeniser.ts';

/** Texts that are computed together, filled up to one length. */
export interface BatchPlan {
  readonly length: number;
  /** Indices of the texts, at most as many as the batch has rows. */
  readonly texts: readonly number[];
}

export interface BatchOptions {
  /** Tokens of each text that is known, by its index. */
  readonly lengths: ArrayLike<number>;
  /** As `chooseBuckets` gives them; a text longer than the last one is cut there. */
  readonly buckets: readonly number[];
  readonly batchSize: number;
}

/**
 * One epoch: all of `texts` once, in random order, texts of like length together. What is left over of a bucket joins the
 * next longer one, so that only the last batch of the longest may be short: an epoch always has ⌈texts / batchSize⌉
 * batches. The same random stream gives the same epoch, which is how a training goes on in the middle of one.
 */
export function planEpoch(texts: ArrayLike<number>, options: BatchOptions, rng: Rng): BatchPlan[] {
  const order = rng.permutation(texts.length).map((i) => texts[i]!);
  const batches = packBatches(order, options);
  return rng.permutation(batches.length).map((i) => batches[i]!);
}

/** Batches for looking at texts, in no random order: by length. */
export function planReading(texts: ArrayLike<number>, options: BatchOptions): BatchPlan[] {
  const { lengths } = options;
  const order = Array.from(texts).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return packBatches(order, options);
}

function packBatches(order: readonly number[], { lengths, buckets, batchSize }: BatchOptions): BatchPlan[] {
  const members: number[][] = buckets.map(() => []);
  for (const text of order) members[bucketOf(lengths[text]!, buckets)]!.push(text);
  const batches: BatchPlan[] = [];
  let left: readonly number[] = [];
  for (const [i, length] of buckets.entries()) {
    const waiting = [...left, ...members[i]!];
    const isLast = i === buckets.length - 1;
    const full = isLast ? waiting.length : waiting.length - (waiting.length % batchSize);
    for (let start = 0; start < full; start += batchSize)
      batches.push({ length, texts: waiting.slice(start, Math.min(start + batchSize, full)) });
    left = waiting.slice(full);
  }
  return batches;
}

/** A batch's numbers; rows beyond its texts are one token of padding with no weight. */
export interface BatchArrays {
  /** [length, rows], or [rows, length], see {@link fillBatch}. */
  readonly ids: Int32Array;
  /** 1 where a token is, 0 where it was filled up; as `ids`. */
  readonly mask: Float32Array;
  /** Tokens of each row, at least 1. */
  readonly lengths: Int32Array;
  /** 1 for a text, 0 for a row beyond them. */
  readonly weights: Float32Array;
}

/** How a batch is laid out. */
export interface BatchLayout {
  readonly rows: number;
  readonly padding: number;
  /** time: all first tokens, then all second ones …, as recurrent networks go through them; text: text after text. */
  readonly major: 'time' | 'text';
}

export function fillBatch(
  { ids: all, offsets }: TokenRows,
  { length, texts }: BatchPlan,
  { rows, padding, major }: BatchLayout,
): BatchArrays {
  const ids = new Int32Array(length * rows).fill(padding);
  const mask = new Float32Array(length * rows);
  const lengths = new Int32Array(rows).fill(1);
  const weights = new Float32Array(rows);
  const [step, stride] = major === 'time' ? [rows, 1] : [1, length];
  // A row without a text keeps one step: a mean over none would not be a number.
  for (let row = texts.length; row < rows; row++) mask[row * stride] = 1;
  for (const [row, text] of texts.entries()) {
    const start = offsets[text]!;
    lengths[row] = Math.min(length, offsets[text + 1]! - start);
    weights[row] = 1;
    for (let i = 0; i < lengths[row]!; i++) {
      ids[row * stride + i * step] = all[start + i]!;
      mask[row * stride + i * step] = 1;
    }
  }
  return { ids, mask, lengths, weights };
}
