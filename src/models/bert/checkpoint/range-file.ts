import { type FileHandle, open, stat } from 'node:fs/promises';
import { refuseCheckpoint } from './refusal.ts';

/** An open file read by ranges, so that a model of gigabytes is never in memory twice. Who opens it closes it. */
export interface RangeFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** @throws {CheckpointError} the range is not within the file */
  read(offset: number, length: number): Promise<Buffer>;
  /** Fills the target. */
  readInto(target: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** Links are followed (a model hub's cache is made of them), but only to a regular file: reading a pipe would never end. */
export async function openRangeFile(path: string): Promise<RangeFile> {
  await assertRegular(path);
  const file = await open(path, 'r').catch((cause: unknown) =>
    refuseCheckpoint(path, 'cannot be read', { cause, details: [String((cause as Error).message)] }),
  );
  const { size } = await file.stat();
  const readInto = async (target: Uint8Array, offset: number): Promise<void> => {
    if (!(offset >= 0) || offset + target.length > size) endsEarly(path);
    await fill(file, target, offset, path);
  };
  return {
    path,
    size,
    readInto,
    async read(offset, length) {
      if (!(offset >= 0) || !(length >= 0) || offset + length > size) endsEarly(path);
      const bytes = Buffer.allocUnsafe(length);
      await readInto(bytes, offset);
      return bytes;
    },
    close: () => file.close(),
  };
}

/** The whole text of a file that cannot be long. @throws {CheckpointError} it is missing, longer, or not UTF-8 */
export async function readShortText(path: string, maxBytes: number): Promise<string> {
  const file = await openRangeFile(path);
  try {
    if (file.size > maxBytes) {
      refuseCheckpoint(path, 'is too large for what it should be', {
        details: [`${file.size} bytes; at most ${maxBytes} are read`],
      });
    }
    return decodeUtf8(await file.read(0, file.size), path);
  } finally {
    await file.close();
  }
}

/** @throws {CheckpointError} invalid UTF-8 */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuseCheckpoint(path, 'is not valid UTF-8');
  }
}

async function assertRegular(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) =>
    refuseCheckpoint(path, cause.code === 'ELOOP' ? 'is a link that leads to itself' : 'is not there', {
      cause,
      fix: 'give the folder that was downloaded with all its files',
    }),
  );
  if (!found.isFile()) refuseCheckpoint(path, 'is no regular file');
}

function endsEarly(path: string): never {
  refuseCheckpoint(path, 'ends too early: it is damaged or was cut off', { fix: 'download it again' });
}

/** One call moves at most 2 GiB and may move less. */
const MAX_READ = 1 << 30;

async function fill(file: FileHandle, target: Uint8Array, offset: number, path: string): Promise<void> {
  for (let at = 0; at < target.length; ) {
    const length = Math.min(target.length - at, MAX_READ);
    const { bytesRead } = await file.read(target, at, length, offset + at);
    if (bytesRead === 0) endsEarly(path);
    at += bytesRead;
  }
}
