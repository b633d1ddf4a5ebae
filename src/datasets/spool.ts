import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../domain/errors.ts';

/**
 * Copies standard input (`-`), a pipe or a device to a file named after its content, so that every trial and every
 * resumed search can read it again. Other paths come back as they are, absolute.
 * @param dir where the copy goes, made on demand.
 */
export async function spoolStream(path: string, dir: string): Promise<string> {
  if (path !== '-' && !(await isStream(path))) return resolve(path);
  await mkdir(dir, { recursive: true });
  const temporary = join(dir, `.stdin-${randomUUID()}.tmp`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      path === '-' ? process.stdin : createReadStream(path),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(temporary, { mode: 0o600 }),
    );
    if (bytes === 0) throw nothingCame(path);
    const spooled = resolve(dir, `stdin-${hash.digest('hex').slice(0, 12)}.data`);
    await rename(temporary, spooled);
    return spooled;
  } finally {
    await rm(temporary, { force: true });
  }
}

function nothingCame(path: string): DataError {
  return path === '-'
    ? new DataError('Nothing came through standard input.', { fix: 'cat train.txt | hpo …' })
    : new DataError(`${path} is empty.`, { fix: 'give a file with one labelled text a line' });
}

async function isStream(path: string): Promise<boolean> {
  try {
    const facts = await stat(path);
    return facts.isFIFO() || facts.isCharacterDevice() || facts.isSocket();
  } catch {
    return false;
  }
}
