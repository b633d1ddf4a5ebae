import { join } from 'node:path';
import { ATTEMPT_FILES, appendToArchive, openForReading } from '../protocol/index.ts';
import { readEnd } from './log-cap.ts';

/** Of each attempt: a thousand trials make 16 MiB at most. */
const KEPT_BYTES = 16 << 10;

/** Keeps the end of an attempt's log, whose folder is about to go, in the file of its thousand. Nothing printed: nothing kept. */
export async function archiveLog(trialDir: string, number: number, attempt: string): Promise<void> {
  const end = await readLog(join(trialDir, attempt, ATTEMPT_FILES.log));
  if (end !== null && end.length > 0) await appendToArchive(trialDir, number, attempt, end);
}

async function readLog(path: string): Promise<Buffer | null> {
  try {
    const file = await openForReading(path);
    try {
      return await readEnd(file, (await file.stat()).size, KEPT_BYTES);
    } finally {
      await file.close();
    }
  } catch {
    // None was written, or it is a link: there is nothing to keep.
    return null;
  }
}
