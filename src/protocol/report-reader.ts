import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openForReading } from './attempt-folder.ts';
import { ATTEMPT_FILES, parseReportLine, type ReportLine } from './records.ts';

export interface ReportBatch {
  readonly reports: readonly ReportLine[];
  /** Where to read on: after the last complete line. */
  readonly offset: number;
  /** Complete lines that were no report; they are counted, never fatal. */
  readonly badLines: number;
  /** Whether there was more to read than one call takes. */
  readonly more: boolean;
}

/** A line longer than this is counted as bad and skipped. */
export const MAX_LINE_BYTES = 64 * 1024;
/** One line of the greatest length and its end. */
const CHUNK_BYTES = MAX_LINE_BYTES + 1;

/**
 * Reads a growing report file from a byte offset on: complete lines only, a torn last one waits for its end. At most
 * 64 KiB a call, so that a flood of reports cannot fill memory. Owns the open file, once there is one.
 */
export class ReportReader {
  readonly #path: string;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #file: FileHandle | null = null;
  #offset: number;
  #seq = 0;

  constructor(dir: string, offset = 0) {
    this.#path = join(dir, ATTEMPT_FILES.reports);
    this.#offset = offset;
  }

  async read(): Promise<ReportBatch> {
    this.#file ??= await openIfThere(this.#path);
    if (this.#file === null) return { reports: [], offset: this.#offset, badLines: 0, more: false };
    // Synchronous: what was written just now is in memory, and a turn through a thread costs ten times the reading.
    const bytesRead = readSync(this.#file.fd, this.#buffer, 0, CHUNK_BYTES, this.#offset);
    const batch = parseChunk(this.#buffer.subarray(0, bytesRead), this.#offset, this.#seq);
    this.#offset = batch.offset;
    this.#seq += batch.reports.length;
    return { ...batch, more: bytesRead === CHUNK_BYTES };
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}

/** One look at a report file. */
export async function readReports(dir: string, offset = 0): Promise<ReportBatch> {
  const reader = new ReportReader(dir, offset);
  try {
    return await reader.read();
  } finally {
    await reader.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    const file = await openForReading(path);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    // Not there yet, or a link: nothing to read either way.
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function parseChunk(chunk: Buffer, offset: number, nextSeq: number): Omit<ReportBatch, 'more'> {
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
