import { basename, dirname, join } from 'node:path';
import { ATTEMPT_FILES, assertInside, openForReading, readFromArchive } from '../../protocol/index.ts';

const TAIL_BYTES = 64 * 1024;

/**
 * The last lines of an attempt's log, at most those in its last 64 KiB; empty where the log is not (or no longer) kept.
 * @param attemptDir `…/<study>/<thousand>/<trial>/<attempt>`
 */
export async function readLogTail(attemptDir: string, lines: number): Promise<string[]> {
  if (lines === 0) return [];
  try {
    // Four levels up is the folder of all runs: nothing below it may be a link to somewhere else.
    const trialDir = dirname(attemptDir);
    const runsDir = dirname(dirname(dirname(trialDir)));
    await assertInside(runsDir, dirname(trialDir));
    const isThere = await assertInside(runsDir, attemptDir).then(() => true, isMissing);
    const text = isThere
      ? await readEnd(join(attemptDir, ATTEMPT_FILES.log))
      : await readArchived(attemptDir);
    return text === '' ? [] : text.split('\n').slice(-lines);
  } catch {
    return [];
  }
}

/** The folder goes when the trial has ended well, or many others have failed since. */
function isMissing(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
  throw error;
}

async function readArchived(attemptDir: string): Promise<string> {
  const trialDir = dirname(attemptDir);
  const end = await readFromArchive(trialDir, Number(basename(trialDir)), Number(basename(attemptDir)));
  return end?.toString().trimEnd() ?? '';
}

async function readEnd(path: string): Promise<string> {
  const file = await openForReading(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', 0, bytesRead).trimEnd();
    // Not from the beginning: the first line is the end of one.
    return start > 0 ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    await file.close();
  }
}
