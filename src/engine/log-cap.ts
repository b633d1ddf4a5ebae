import { constants, lstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ATTEMPT_FILES } from '../protocol/index.ts';

/** A log that has grown beyond this is cut to its end. */
export const LOG_CAP_BYTES = 10 << 20;
const KEPT_BYTES = 1 << 20;

/** Whether an attempt's log has grown too long. Cheap: asked whenever a trial prints. */
export function isLogTooLong(dir: string): boolean {
  const facts = lstatSync(join(dir, ATTEMPT_FILES.log), { throwIfNoEntry: false });
  return facts?.isFile() === true && facts.size > LOG_CAP_BYTES;
}

/**
 * Cuts a log to its end, with a line about what is gone. The trial may go on printing meanwhile: it appends, as we do,
 * so what it prints from then on lands behind, and only what came between our reading and our cutting is lost.
 */
export async function cutLog(dir: string): Promise<void> {
  const { O_RDWR, O_APPEND, O_NOFOLLOW } = constants;
  const file = await open(join(dir, ATTEMPT_FILES.log), O_RDWR | O_APPEND | O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    const kept = await readEnd(file, size, KEPT_BYTES);
    await file.truncate(0);
    await file.appendFile(`hpo: ${size - kept.length} bytes of output were dropped here\n`);
    await file.appendFile(kept);
  } finally {
    await file.close();
  }
}

/** The last bytes of a file, from the beginning of a line where there is one. */
export async function readEnd(file: FileHandle, size: number, most: number): Promise<Buffer> {
  const start = Math.max(0, size - most);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, most)), 0, null, start);
  const bytes = buffer.subarray(0, bytesRead);
  return start === 0 ? bytes : bytes.subarray(bytes.indexOf(0x0a) + 1);
}
