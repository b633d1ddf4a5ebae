import { join } from 'node:path';
import { ATTEMPT_FILES, openForReading } from '../protocol/index.ts';

const TAIL_LINES = 20;
const TAIL_BYTES = 16 * 1024;
const MAX_LINE_CHARACTERS = 500;

/** The last lines that a trial printed; empty when it printed none. */
export async function readLogTail(dir: string): Promise<string[]> {
  try {
    const file = await openForReading(join(dir, ATTEMPT_FILES.log));
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
      return lastLines(buffer.toString('utf8', 0, bytesRead), start > 0);
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}

function lastLines(text: string, cutOff: boolean): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd().slice(0, MAX_LINE_CHARACTERS));
  return (cutOff ? lines.slice(1) : lines).filter((line) => line !== '').slice(-TAIL_LINES);
}
