import { setImmediate } from 'node:timers/promises';
import { TrialFailure } from '../../domain/ports.ts';
import type { EncodedLines } from './encoder.ts';
import type { Kernel } from './kernel.ts';
import { probabilitiesOf, scoreWidth } from './line-scores.ts';

type Lines = Pick<EncodedLines, 'rows' | 'rowStarts'>;

/** Lines that are scored before others get a turn. */
const CHUNK = 1024;

/** The top label of each line; −1 for a line without any known row. */
export async function findTopLabels(kernel: Kernel, lines: Lines, signal?: AbortSignal): Promise<Int32Array> {
  const top = new Int32Array(lines.rowStarts.length - 1);
  await forEachChunk(lines, signal, (first, last) => {
    const { rows, starts, out } = placeLines(kernel, lines, first, last, 1);
    assertFinite(kernel.exports.topLabels(rows, starts, 0, last - first, out));
    top.set(kernel.ints(out, last - first), first);
  });
  return top;
}

/** Probabilities, a row of `nLabels` a line. */
export async function scoreAll(
  kernel: Kernel,
  lines: Lines,
  nLabels: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const scores = new Float32Array((lines.rowStarts.length - 1) * nLabels);
  const width = scoreWidth(kernel.loss, nLabels);
  await forEachChunk(lines, signal, (first, last) => {
    const raw = scoreChunk(kernel, lines, { first, last, width });
    if (width === nLabels) scores.set(raw, first * nLabels);
    else takeLeaves(raw, width, nLabels, scores.subarray(first * nLabels, last * nLabels));
  });
  return scores;
}

/** Scores of a line as {@link readScores} takes them, one after the other. */
export async function scoreRaw(kernel: Kernel, lines: Lines, width: number): Promise<Float32Array> {
  const scores = new Float32Array((lines.rowStarts.length - 1) * width);
  await forEachChunk(lines, undefined, (first, last) => {
    scores.set(scoreChunk(kernel, lines, { first, last, width }), first * width);
  });
  return scores;
}

/** A view of the kernel's memory: good until it is asked again. */
function scoreChunk(
  kernel: Kernel,
  lines: Lines,
  { first, last, width }: { readonly first: number; readonly last: number; readonly width: number },
): Float32Array {
  const { rows, starts, out } = placeLines(kernel, lines, first, last, width);
  assertFinite(kernel.exports.scoreLines(rows, starts, 0, last - first, out));
  return kernel.floats(out, (last - first) * width);
}

function takeLeaves(raw: Float32Array, width: number, nLabels: number, to: Float32Array): void {
  for (let line = 0; line * nLabels < to.length; line++) {
    to.set(probabilitiesOf(raw.subarray(line * width, line * width + nLabels)), line * nLabels);
  }
}

async function forEachChunk(
  { rowStarts }: Lines,
  signal: AbortSignal | undefined,
  score: (first: number, last: number) => void,
): Promise<void> {
  const n = rowStarts.length - 1;
  for (let first = 0; first < n; first += CHUNK) {
    score(first, Math.min(n, first + CHUNK));
    if (first + CHUNK < n) await setImmediate();
    signal?.throwIfAborted();
  }
}

/** Copies lines into the kernel's scratch memory, with room for `width` results a line behind them. */
function placeLines(kernel: Kernel, { rows, rowStarts }: Lines, first: number, last: number, width: number) {
  const from = rowStarts[first]!;
  const own = rows.subarray(from, rowStarts[last]!);
  const starts = rowStarts.subarray(first, last + 1).map((start) => start - from);
  const out = own.length + starts.length;
  kernel.reserveScratch((out + (last - first) * width) * 4);
  kernel.ints(kernel.scratch, own.length).set(own);
  kernel.ints(kernel.scratch + own.length * 4, starts.length).set(starts);
  return { rows: kernel.scratch, starts: kernel.scratch + own.length * 4, out: kernel.scratch + out * 4 };
}

function assertFinite(ok: number): void {
  if (ok === 0) throw new TrialFailure('diverged', 'the model predicts values that are no numbers');
}
