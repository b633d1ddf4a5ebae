import { constants } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openForReading } from './attempt-folder.ts';

/** One file a thousand trials, beside their folders: the ends of the logs of those whose folders are gone. */
export const LOG_ARCHIVE = 'logs.txt';

const HEADER = /^==> trial (\d+), attempt (\d+), (\d+) bytes <==\n/;
const HEADER_BYTES = 80;

/** @param end the log's last bytes, for people: whole lines where there are any */
export async function appendToArchive(
  trialDir: string,
  number: number,
  attempt: string,
  end: Buffer,
): Promise<void> {
  // One write: trials that end at the same time do not mix. The length is told because a log may hold such lines itself.
  const header = `==> trial ${number}, attempt ${attempt}, ${end.length} bytes <==\n`;
  const text = Buffer.concat([Buffer.from(header), end, Buffer.from('\n')]);
  const flag = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  await appendFile(archiveOf(trialDir), text, { mode: 0o600, flag });
}

/** What the archive has of an attempt's log; null when it has none. */
export async function readFromArchive(
  trialDir: string,
  number: number,
  attempt: number,
): Promise<Buffer | null> {
  const file = await openForReading(archiveOf(trialDir));
  try {
    for (let at = 0; ; ) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, at);
      const header = HEADER.exec(buffer.toString('latin1', 0, bytesRead));
      if (header === null) return null;
      const [start, length] = [at + header[0].length, Number(header[3])];
      if (Number(header[1]) === number && Number(header[2]) === attempt)
        return (await file.read(Buffer.alloc(length), 0, length, start)).buffer;
      at = start + length + 1;
    }
  } finally {
    await file.close();
  }
}

const archiveOf = (trialDir: string): string => join(dirname(trialDir), LOG_ARCHIVE);
