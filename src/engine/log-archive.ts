import { constants } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ATTEMPT_FILES, openForReading } from '../protocol/index.ts';
import { readEnd } from './log-cap.ts';

/** Of each attempt: a thousand trials make 16 MiB at most. */
const KEPT_BYTES = 16 << 10;

/** One file a thousand trials, beside their folders. */
export const LOG_ARCHIVE = 'logs.txt';

/** Keeps the end of an attempt's log, whose folder is about to go, in the file of its thousand. Nothing printed: nothing kept. */
export async function archiveLog(trialDir: string, number: number, attempt: string): Promise<void> {
  const end = await readLog(join(trialDir, attempt, ATTEMPT_FILES.log));
  if (end === null || end.length === 0) return;
  const rest = end.at(-1) === 0x0a ? '' : '\n';
  // One write: trials that end at the same time do not mix.
  const text = Buffer.concat([
    Buffer.from(`==> trial ${number}, attempt ${attempt} <==\n`),
    end,
    Buffer.from(rest),
  ]);
  const flag = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  await appendFile(join(dirname(trialDir), LOG_ARCHIVE), text, { mode: 0o600, flag });
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
