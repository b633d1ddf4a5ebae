import { dirname, join } from 'node:path';
import { ATTEMPT_FILES, assertInside, openForReading } from '../../protocol/index.ts';

const TAIL_BYTES = 64 * 1024;

/**
 * The last lines of an attempt's log, at most those in its last 64 KiB; empty where the log is not (or no longer) kept.
 * @param attemptDir `…/<study>/<thousand>/<trial>/<attempt>`
 */
export async function readLogTail(attemptDir: string, lines: number): Promise<string[]> {
  if (lines === 0) return [];
  try {
    // Four levels up is the folder of all runs: nothing below it may be a link to somewhere else.
    await assertInside(dirname(dirname(dirname(dirname(attemptDir)))), attemptDir);
    const file = await openForReading(join(attemptDir, ATTEMPT_FILES.log));
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      const text = buffer.toString('utf8', 0, bytesRead).trimEnd();
      if (text === '') return [];
      // Not from the beginning: the first line is the end of one.
      return text
        .split('\n')
        .slice(start > 0 ? 1 : 0)
        .slice(-lines);
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}
