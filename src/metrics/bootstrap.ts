import type { Direction } from '../domain/objective.ts';
import type { Rng } from '../domain/random.ts';
import type { ResampledScore } from './resampled-score.ts';

/*
 * How far a score of n documents can be trusted, and how sure one model is of beating another on them: draw n of the
 * documents with replacement, score them again, many times over. The spread of the scores is the standard error, their
 * 2.5 % and 97.5 % points an interval. Two models are compared on the same draws, so that what is easy or hard for both
 * cancels out. Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chs. 6, 13 and 16. Documents are what
 * varies here: neither the training nor the tuning of a threshold is repeated.
 */

export interface BootstrapOptions {
  readonly rng: Rng;
  /** Resamples; default 1,000, fewer beyond 30,000 documents. */
  readonly resamples?: number;
}

export interface Bootstrap {
  readonly standardError: number;
  /** Ends of the 95 % percentile interval. */
  readonly low: number;
  readonly high: number;
  readonly resamples: number;
}

/** Draws that are made in all: about 0.3 s. Many documents make a small error, for which fewer resamples will do. */
const MOST_DRAWS = 30e6;
const LEAST_RESAMPLES = 200;

/** The standard error and 95 % interval of a score; null for fewer than two documents. */
export function bootstrapScore(score: ResampledScore, options: BootstrapOptions): Bootstrap | null {
  const n = score.kindOf.length;
  if (n < 2) return null;
  const values = new Float64Array(countResamples(n, options.resamples));
  const counts = new Int32Array(score.nKinds);
  for (let b = 0; b < values.length; b++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[score.kindOf[options.rng.integer(n)]!]!++;
    values[b] = score.value(counts);
  }
  return summarise(values);
}

export interface PairedBootstrap {
  /** Share of the resamples in which the first is better; ties count half. 0–1. */
  readonly probabilityBetter: number;
  /** Of first minus second. */
  readonly difference: Bootstrap;
}

/**
 * How sure the first score is of being better than the second, both of the same documents in the same order.
 * Null for fewer than two documents.
 */
export function pairedBootstrap(
  [first, second]: readonly [ResampledScore, ResampledScore],
  direction: Direction,
  { rng, resamples }: BootstrapOptions,
): PairedBootstrap | null {
  const n = first.kindOf.length;
  if (n !== second.kindOf.length) throw new RangeError('paired scores must be of the same documents');
  const [ours, theirs] = [new Int32Array(first.nKinds), new Int32Array(second.nKinds)];
  const values = new Float64Array(n < 2 ? 0 : countResamples(n, resamples));
  for (let b = 0; b < values.length; b++) {
    ours.fill(0);
    theirs.fill(0);
    for (let i = 0; i < n; i++) {
      const document = rng.integer(n);
      ours[first.kindOf[document]!]!++;
      theirs[second.kindOf[document]!]!++;
    }
    values[b] = first.value(ours) - second.value(theirs);
  }
  const difference = summarise(values);
  if (difference === null) return null;
  const sign = direction === 'maximize' ? 1 : -1;
  const wins = values.reduce((sum, value) => sum + (1 + Math.sign(sign * withoutNoise(value))) / 2, 0);
  return { probabilityBetter: wins / values.length, difference };
}

/** NaN for a value that is none, such as a mean over no label, would make everything NaN: it is left out. */
function summarise(values: Float64Array): Bootstrap | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length < 2) return null;
  return {
    standardError: standardDeviation(sorted),
    low: quantile(sorted, 0.025),
    high: quantile(sorted, 0.975),
    resamples: values.length,
  };
}

/** Sums of the same numbers in another order differ by rounding: that is a tie. */
const withoutNoise = (value: number): number => (Math.abs(value) > 1e-12 ? value : 0);

function countResamples(n: number, wanted = 1000): number {
  return Math.min(wanted, Math.max(LEAST_RESAMPLES, Math.floor(MOST_DRAWS / n)));
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Linear between the two nearest of the sorted values. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}
