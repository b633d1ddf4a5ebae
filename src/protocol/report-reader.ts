import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ATTEMPT_FILES, parseReportLine, type ReportLine } from './records.ts';

export interface ReportBatch {
  readonly reports: readonly ReportLine[];
  /** Where to read on: after the last complete line. */
  readonly offset: number;
  /** Complete lines that were no report; they are counted, never fatal. */
  readonly badLines: number;
}

/** A line longer than this is counted as bad and skipped. */
export const MAX_LINE_BYTES = 64 * 1024;
const CHUNK_BYTES = 1 << 20;

/**
 * The complete lines of a growing report file from a byte offset on; a torn last line waits for its end. Reads at most
 * 1 MiB a call (call again while the offset moves), so that a flood of reports cannot fill memory.
 */
export async function readReports(dir: string, offset: number, nextSeq: number): Promise<ReportBatch> {
  const file = await openIfThere(join(dir, ATTEMPT_FILES.reports));
  if (file === null) return { reports: [], offset, badLines: 0 };
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, offset);
    return parseChunk(buffer.subarray(0, bytesRead), offset, nextSeq);
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseChunk(chunk: Buffer, offset: number, nextSeq: number): ReportBatch {
  const end = chunk.lastIndexOf(0x0a);
  if (end < 0) {
    // A "line" that fills the whole chunk will never be a report: step over it.
    const flooded = chunk.length === CHUNK_BYTES;
    return { reports: [], offset: flooded ? offset + chunk.length : offset, badLines: flooded ? 1 : 0 };
  }
  const reports: ReportLine[] = [];
  let badLines = 0;
  for (const line of chunk.toString('utf8', 0, end).split('\n')) {
    if (line.trim() === '') continue;
    const report = line.length > MAX_LINE_BYTES ? null : parseReportLine(line, nextSeq + reports.length);
    if (report === null) badLines++;
    else reports.push(report);
  }
  return { reports, offset: offset + end + 1, badLines };
}
