import { type FileHandle, open } from 'node:fs/promises';
import { DataError } from '../../domain/errors.ts';
import { completeArgs, type FastTextArgs, type Loss } from './args.ts';
import { LOSS_NUMBERS, MAGIC, SUPERVISED, VERSION } from './model-file.ts';
import { hashBytes, Vocabulary } from './vocabulary.ts';

/** A `.bin` in memory. Rows of zeros, which are most of a hashed matrix, are kept once. */
export interface LoadedModel {
  readonly isClassifier: boolean;
  readonly args: FastTextArgs;
  /** Words, then labels. */
  readonly vocabulary: Vocabulary;
  readonly nWords: number;
  readonly nLabels: number;
  /** Labels as they stand in the file, prefix included. */
  readonly labelWords: readonly string[];
  /** How often each label occurred in the training text. */
  readonly labelCounts: readonly number[];
  readonly input: CompactMatrix;
  readonly output: Float32Array;
}

export interface CompactMatrix {
  /** Row-major, without rows of zeros. */
  readonly values: Float32Array;
  /** Place of each row in `values`, or −1 for zeros. */
  readonly rowOf: Int32Array;
}

/** Reads a classifier of ours or of the official program. @throws {DataError} for what is none, or of a kind not known here. */
export async function readModelFile(path: string): Promise<LoadedModel> {
  const model = await readAnyModelFile(path);
  if (model.isClassifier) return model;
  throw new DataError(`${path} holds word vectors, no classifier.`);
}

/** The same for word vectors that were learned without labels, too. */
export async function readAnyModelFile(path: string): Promise<LoadedModel> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await readModel(new Reader(file, path), path);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`${path} cannot be read as a fastText model.`, { cause });
  } finally {
    await file?.close();
  }
}

async function readModel(reader: Reader, path: string): Promise<LoadedModel> {
  if ((await reader.int32()) !== MAGIC) throw new DataError(`${path} is no fastText model.`);
  const version = await reader.int32();
  if (version !== VERSION)
    throw new DataError(`${path} has version ${version}; only ${VERSION} can be read.`);
  const { args, isClassifier } = await readArgs(reader, path);
  const dictionary = await readDictionary(reader);
  if ((await reader.uint8()) !== 0) throw quantised(path);
  const input = await readCompact(reader);
  if ((await reader.uint8()) !== 0) throw quantised(path);
  const output = await readDense(reader);
  return { isClassifier, args, ...dictionary, input, output };
}

const quantised = (path: string): DataError =>
  new DataError(`${path} is quantised; only plain .bin models can be read.`);

async function readArgs(reader: Reader, path: string): Promise<Pick<LoadedModel, 'args' | 'isClassifier'>> {
  const names = [
    'dim',
    'ws',
    'epoch',
    'minCount',
    'neg',
    'wordNgrams',
    'loss',
    'model',
    'bucket',
    'minn',
    'maxn',
  ];
  const values: Record<string, number> = {};
  for (const name of [...names, 'lrUpdateRate']) values[name] = await reader.int32();
  const t = await reader.float64();
  const loss = (Object.keys(LOSS_NUMBERS) as Loss[]).find((name) => LOSS_NUMBERS[name] === values['loss']);
  if (loss === undefined)
    throw new DataError(`${path} uses a loss that is not supported (${values['loss']}).`);
  const { loss: _, model, ...numbers } = values;
  return { isClassifier: model === SUPERVISED, args: { ...completeArgs({ ...numbers, loss }), t } };
}

async function readDictionary(reader: Reader) {
  const [size, nWords, nLabels] = [await reader.int32(), await reader.int32(), await reader.int32()];
  // Tokens of the training text, and the number of pruned rows (only where quantised).
  await reader.bytes(16);
  const vocabulary = new Vocabulary();
  const labelWords: string[] = [];
  const labelCounts: number[] = [];
  for (let i = 0; i < size; i++) {
    const word = await reader.untilZero();
    const count = await reader.int64();
    // The type: words come first, then labels.
    await reader.bytes(1);
    vocabulary.add(word, 0, word.length, hashBytes(word, 0, word.length));
    if (i < nWords) continue;
    labelWords.push(word.toString());
    labelCounts.push(count);
  }
  return { vocabulary, nWords, nLabels, labelWords, labelCounts };
}

/** Rows read at a time. */
const CHUNK_BYTES = 1 << 22;

async function readCompact(reader: Reader): Promise<CompactMatrix> {
  const [nRows, dim] = [await reader.int64(), await reader.int64()];
  const rowOf = new Int32Array(nRows).fill(-1);
  const kept: Float32Array[] = [];
  let n = 0;
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / (dim * 4)));
  for (let first = 0; first < nRows; first += perChunk) {
    const count = Math.min(perChunk, nRows - first);
    const chunk = await reader.floats(count * dim);
    let used = 0;
    for (let i = 0; i < count; i++) {
      const row = chunk.subarray(i * dim, (i + 1) * dim);
      if (row.every((x) => x === 0)) continue;
      chunk.copyWithin(used * dim, i * dim, (i + 1) * dim);
      used++;
      rowOf[first + i] = n++;
    }
    kept.push(chunk.slice(0, used * dim));
  }
  return { values: concatenate(kept, n * dim), rowOf };
}

async function readDense(reader: Reader): Promise<Float32Array> {
  const [nRows, dim] = [await reader.int64(), await reader.int64()];
  return reader.floats(nRows * dim);
}

function concatenate(parts: readonly Float32Array[], length: number): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Reads a file from front to back through a buffer. */
class Reader {
  readonly #file: FileHandle;
  readonly #path: string;
  #buffer = Buffer.alloc(0);
  #at = 0;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async bytes(length: number): Promise<Buffer> {
    await this.#need(length);
    const bytes = this.#buffer.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  async uint8(): Promise<number> {
    return (await this.bytes(1)).readUInt8();
  }

  async int32(): Promise<number> {
    return (await this.bytes(4)).readInt32LE();
  }

  async int64(): Promise<number> {
    return Number((await this.bytes(8)).readBigInt64LE());
  }

  async float64(): Promise<number> {
    return (await this.bytes(8)).readDoubleLE();
  }

  /** A copy, aligned. */
  async floats(length: number): Promise<Float32Array> {
    const floats = new Float32Array(length);
    const target = Buffer.from(floats.buffer);
    target.set(await this.bytes(length * 4));
    return floats;
  }

  /** Bytes up to a zero, which is read too. */
  async untilZero(): Promise<Buffer> {
    let length = 0;
    for (;;) {
      await this.#need(length + 1);
      const end = this.#buffer.indexOf(0, this.#at + length);
      if (end >= 0) length = end - this.#at;
      else length = this.#buffer.length - this.#at;
      if (end < 0) continue;
      const word = Buffer.from(this.#buffer.subarray(this.#at, end));
      this.#at = end + 1;
      return word;
    }
  }

  async #need(length: number): Promise<void> {
    const left = this.#buffer.length - this.#at;
    if (left >= length) return;
    const more = Buffer.alloc(Math.max(length - left, 1 << 18));
    let filled = 0;
    while (left + filled < length) {
      const { bytesRead } = await this.#file.read(more, filled, more.length - filled);
      if (bytesRead === 0) throw new DataError(`${this.#path} ends too early: it is damaged or was cut off.`);
      filled += bytesRead;
    }
    this.#buffer = Buffer.concat([this.#buffer.subarray(this.#at), more.subarray(0, filled)]);
    this.#at = 0;
  }
}
