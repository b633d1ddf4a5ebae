import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../domain/errors.ts';

const CHUNK_BYTES = 1 << 18;

/**
 * The bytes of a file, unpacked when they are gzip (by content, not by name).
 * @param onRaw sees the bytes as they lie on disk.
 * @throws {DataError} when the file cannot be read.
 */
export async function* openBytes(path: string, onRaw?: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  const packed = isGzip(await readHead(path, 2));
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const seen = onRaw ? showChunks(raw, onRaw) : raw;
  // Errors surface in the iteration below; the callback only keeps them from being thrown twice.
  const stream = packed ? pipeline(seen, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : seen;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    throw explainReadFailure(path, cause as NodeJS.ErrnoException);
  } finally {
    raw.destroy();
  }
}

async function* showChunks(
  chunks: AsyncIterable<Buffer>,
  show: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    show(chunk);
    yield chunk;
  }
}

/** The first bytes of a file as they lie on disk, fewer where it is shorter. @throws {DataError} */
async function readHead(path: string, bytes: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw explainReadFailure(path, cause as NodeJS.ErrnoException);
  }
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Checks that there is a non-empty regular file. @throws {DataError} */
export async function assertDataFile(path: string): Promise<void> {
  let facts: Awaited<ReturnType<typeof stat>>;
  try {
    facts = await stat(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw explainReadFailure(path, cause as Error);
    throw new DataError(`There is no file ${path}.`, {
      details: await listNeighbours(path),
      fix: 'check the path, or make demo data: hpo dataset demo data',
      cause,
    });
  }
  if (facts.isDirectory()) {
    const names = await namesIn(path);
    throw new DataError(`${path} is a folder, not a data file.`, {
      details: names.length > 0 ? [`it holds: ${names.join(', ')}`] : ['it is empty'],
      fix: 'name one file in it',
    });
  }
  if (facts.size === 0) {
    throw new DataError(`${path} is empty.`, { fix: 'give a file with one labelled text a line' });
  }
}

async function listNeighbours(path: string): Promise<string[]> {
  const folder = dirname(path);
  const names = await namesIn(folder);
  const initial = basename(path).toLowerCase()[0]!;
  const near = names.filter((name) => name.toLowerCase().startsWith(initial));
  const shown = near.length > 0 ? near : names;
  return shown.length > 0 ? [`${folder} holds: ${shown.join(', ')}`] : [];
}

/** At most ten names; none where the folder cannot be listed. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).sort();
    return names.length > 10 ? [...names.slice(0, 10), '…'] : names;
  } catch {
    return [];
  }
}

function explainReadFailure(path: string, cause: NodeJS.ErrnoException): DataError {
  if (cause instanceof DataError) return cause;
  const code = cause.code ?? '';
  if (code === 'EACCES' || code === 'EPERM') {
    return new DataError(`${path} may not be read by this user.`, { fix: `chmod u+r ${path}`, cause });
  }
  if (code.startsWith('Z_')) {
    return new DataError(`${path} is a damaged gzip file: ${cause.message}.`, {
      fix: `gzip -t ${path}, then fetch it again`,
      cause,
    });
  }
  return new DataError(`${path} cannot be read: ${cause.message}.`, { cause });
}
