import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../domain/errors.ts';
import { plain } from '../output/plain.ts';

/** The bytes of a file or of stdin, unpacked when they are gzip, in bounded memory. */
export interface InputBytes {
  /** For messages. */
  readonly name: string;
  /** Bytes on disk; null where it cannot be told (stdin, a pipe). */
  readonly size: number | null;
  /** Bytes taken from the disk so far: compressed ones of a gzip file. */
  consumed(): number;
  readonly chunks: AsyncIterable<Buffer>;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Opens `path`, or stdin for `-`.
 * @throws {DataError} when it is missing, a folder or not readable; while reading, when gzip data is broken
 */
export async function openInput(path: string): Promise<InputBytes> {
  const name = path === '-' ? 'stdin' : plain(path);
  const size = path === '-' ? null : await sizeOf(path, name);
  let consumed = 0;
  const source: Readable =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      consumed += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  return { name, size, consumed: () => consumed, chunks: unpack(counted(), name) };
}

async function sizeOf(path: string, name: string): Promise<number | null> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) throw new DataError(`${name} is a folder, not a file of texts.`);
    return facts.isFile() ? facts.size : null;
  } catch (error) {
    if (error instanceof DataError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new DataError(missing ? `there is no file ${name}` : `cannot read ${name}`, {
      details: missing ? [] : [(error as Error).message],
      fix: '--input FILE, or --input - for stdin',
      cause: error,
    });
  }
}

/** Gzip is told by its first two bytes, whatever the file is called. */
async function* unpack(chunks: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  const first = await chunks.next();
  if (first.done) return;
  const whole = Readable.from(chain(first.value, chunks), { objectMode: true });
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* whole as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // pipeline hands a broken source or archive on to the reader of gunzip; the callback only keeps it from being thrown.
  pipeline(whole, gunzip, () => {});
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new DataError(`${name} is a damaged gzip file.`, { details: [(cause as Error).message], cause });
  }
}

async function* chain(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
