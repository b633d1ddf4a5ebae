import { open } from 'node:fs/promises';
import type { FastTextArgs, Loss } from './args.ts';

/** The numbers of the `.bin` format, version 12, little-endian throughout. */
export const MAGIC = 793712314;
export const VERSION = 12;
export const LOSS_NUMBERS: Record<Loss, number> = { hs: 1, ns: 2, softmax: 3, ova: 4 };
export const SUPERVISED = 3;

/** A matrix that can be read row by row: the whole of it may be larger than memory. */
export interface RowSource {
  readonly nRows: number;
  readonly dim: number;
  /** Writes rows `first … first + count` to `to`, row-major. */
  read(first: number, count: number, to: Float32Array): void;
}

/** A word or label with its count. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly count: number;
}

export interface ModelContent {
  readonly args: FastTextArgs;
  readonly words: readonly Entry[];
  readonly labels: readonly Entry[];
  readonly nTokens: number;
  readonly input: RowSource;
  readonly output: RowSource;
}

/** Bytes that the file will have. */
export function modelFileSize({ words, labels, input, output }: ModelContent): number {
  const entries = [...words, ...labels].reduce((sum, { bytes }) => sum + bytes.length + 10, 0);
  return HEADER_BYTES + entries + 2 * MATRIX_HEADER_BYTES + matrixBytes(input) + matrixBytes(output);
}

/** Magic, version, twelve int32 and a float64 of arguments, five counts of the dictionary. */
const HEADER_BYTES = 8 + 12 * 4 + 8 + 3 * 4 + 2 * 8;
/** Flag "quantised", rows, columns. */
const MATRIX_HEADER_BYTES = 17;
const matrixBytes = ({ nRows, dim }: RowSource): number => nRows * dim * 4;

/** Writes a model that the official program loads. */
export async function writeModelFile(path: string, content: ModelContent): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(encodeHeader(content));
    await file.writeFile(encodeEntries(content));
    for (const matrix of [content.input, content.output]) {
      const header = Buffer.alloc(MATRIX_HEADER_BYTES);
      header.writeBigInt64LE(BigInt(matrix.nRows), 1);
      header.writeBigInt64LE(BigInt(matrix.dim), 9);
      await file.writeFile(header);
      for (const chunk of readChunks(matrix)) await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}

function encodeHeader({ args, words, labels, nTokens }: ModelContent): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const ints = [
    MAGIC,
    VERSION,
    args.dim,
    args.ws,
    args.epoch,
    args.minCount,
    args.neg,
    args.wordNgrams,
    LOSS_NUMBERS[args.loss],
    SUPERVISED,
    args.bucket,
    args.minn,
    args.maxn,
    args.lrUpdateRate,
  ];
  let at = 0;
  for (const value of ints) at = header.writeInt32LE(value, at);
  at = header.writeDoubleLE(args.t, at);
  for (const value of [words.length + labels.length, words.length, labels.length]) {
    at = header.writeInt32LE(value, at);
  }
  at = header.writeBigInt64LE(BigInt(nTokens), at);
  // −1: the dictionary was not pruned.
  header.writeBigInt64LE(-1n, at);
  return header;
}

function encodeEntries({ words, labels }: ModelContent): Buffer {
  const all = [...words, ...labels];
  const buffer = Buffer.alloc(all.reduce((sum, { bytes }) => sum + bytes.length + 10, 0));
  let at = 0;
  for (const [i, { bytes, count }] of all.entries()) {
    buffer.set(bytes, at);
    at += bytes.length + 1;
    at = buffer.writeBigInt64LE(BigInt(count), at);
    at = buffer.writeInt8(i < words.length ? 0 : 1, at);
  }
  return buffer;
}

const CHUNK_FLOATS = 1 << 20;

function* readChunks(matrix: RowSource): Generator<Uint8Array> {
  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_FLOATS / matrix.dim));
  const buffer = new Float32Array(Math.min(rowsPerChunk, matrix.nRows) * matrix.dim);
  for (let first = 0; first < matrix.nRows; first += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, matrix.nRows - first);
    matrix.read(first, count, buffer);
    yield new Uint8Array(buffer.buffer, 0, count * matrix.dim * 4);
  }
}
