import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { DataError } from '../../domain/errors.ts';
import { MAGIC } from './model-file.ts';
import { type LoadedModel, readAnyModelFile } from './model-reader.ts';
import { listWordRows } from './subwords.ts';
import { toWordList } from './vectors-file.ts';

/** Vectors of some words. */
export interface WordVectors {
  readonly dim: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** Of a file without end nobody makes word vectors. */
const MOST_DIMENSIONS = 4096;

/**
 * The vectors of those of `wanted` that a file knows: a `.vec`, or a `.bin` of a classifier or of word vectors, which also
 * knows words by their parts. Told apart by content.
 * @throws {DataError} what is neither, damaged or not to be read
 */
export async function readWordVectors(path: string, wanted: readonly string[]): Promise<WordVectors> {
  if (await isBinary(path)) return lookUpWords(await readAnyModelFile(path), wanted);
  return readText(path, new Set(wanted));
}

async function isBinary(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return bytesRead === 4 && buffer.readInt32LE() === MAGIC;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new DataError(`The word vectors ${path} cannot be read.`, { cause });
  }
}

function lookUpWords(
  { vocabulary, nWords, args, input }: LoadedModel,
  wanted: readonly string[],
): WordVectors {
  const list = toWordList(wanted.map((word) => ({ bytes: Buffer.from(word) })));
  const own = Int32Array.from(wanted, (_, i) => {
    const known = vocabulary.find(list.bytes, list.starts[i]!, list.starts[i + 1]!, list.hashes[i]!);
    return known < nWords ? known : -1;
  });
  const { rows, starts } = listWordRows(list, new Uint8Array(wanted.length), own, nWords, args);
  const vectors = new Map<string, Float32Array>();
  for (const [i, word] of wanted.entries()) {
    const parts = rows.subarray(starts[i]!, starts[i + 1]!);
    const sum = new Float32Array(args.dim);
    for (const part of parts) {
      const row = input.rowOf[part]!;
      if (row >= 0) for (let k = 0; k < args.dim; k++) sum[k]! += input.values[row * args.dim + k]!;
    }
    if (sum.some((value) => value !== 0))
      vectors.set(
        word,
        sum.map((value) => value / parts.length),
      );
  }
  return { dim: args.dim, vectors };
}

/** `count dimensions`, then a word a line with its numbers. */
async function readText(path: string, wanted: ReadonlySet<string>): Promise<WordVectors> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  const vectors = new Map<string, Float32Array>();
  let dim = 0;
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (dim === 0) {
        dim = readHeader(line, path);
        continue;
      }
      const end = line.indexOf(' ');
      const word = line.slice(0, Math.max(0, end));
      if (!wanted.has(word)) continue;
      vectors.set(word, readNumbers(line.slice(end + 1), dim, `${path}:${number}`));
    }
  } finally {
    lines.close();
  }
  if (dim === 0) throw new DataError(`The word vectors ${path} are an empty file.`);
  return { dim, vectors };
}

function readHeader(line: string, path: string): number {
  const dim = Number(/^\d+ (\d+)\s*$/.exec(line)?.[1]);
  if (dim >= 1 && dim <= MOST_DIMENSIONS) return dim;
  throw new DataError(`${path} holds no word vectors: it does not begin with their number and size.`, {
    fix: 'give a .vec or .bin file of fastText',
  });
}

function readNumbers(text: string, dim: number, place: string): Float32Array {
  const numbers = text.trim().split(' ').map(Number);
  if (numbers.length === dim && numbers.every(Number.isFinite)) return Float32Array.from(numbers);
  throw new DataError(`${place}: the vector has ${numbers.length} numbers, not ${dim}, or some are none.`);
}
