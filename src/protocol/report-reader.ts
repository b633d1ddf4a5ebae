import { constants, fstatSync, ftruncateSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
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
const SKIPPED_CHUNKS = 64;
/** A file that was read so far is emptied when it is read to its end. */
const CUT_BYTES = 16 << 20;
/** With so much unread, its end will not be reached. */
const HOPELESS_BYTES = 64 << 20;

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
    if (bytesRead === 0) this.#beginAnewIfCut();
    const batch = parseChunk(this.#buffer.subarray(0, bytesRead), this.#offset, this.#seq);
    this.#offset = batch.offset;
    this.#seq += batch.reports.length;
    return { ...batch, more: bytesRead === CHUNK_BYTES };
  }

  /** Steps over what is new, up to 4 MiB. @returns how many lines that were */
  async skip(): Promise<{ readonly lines: number; readonly more: boolean }> {
    this.#file ??= await openIfThere(this.#path);
    let lines = 0;
    for (let chunks = 0; this.#file !== null && chunks < SKIPPED_CHUNKS; chunks++) {
      const bytesRead = readSync(this.#file.fd, this.#buffer, 0, CHUNK_BYTES, this.#offset);
      lines += countLines(this.#buffer.subarray(0, bytesRead));
      this.#offset += bytesRead;
      if (bytesRead < CHUNK_BYTES) return { lines, more: false };
    }
    return { lines, more: this.#file !== null };
  }

  /**
   * Empties a file that has grown beyond 16 MiB and was read to its end, or that grows faster than it can be read. Its writer
   * appends, so what it writes next stands at the beginning.
   * @returns the bytes that nobody had read; null when it was left as it is
   */
  async cut(): Promise<number | null> {
    if (this.#file === null || this.#offset <= CUT_BYTES) return null;
    const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(this.#path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const { size, ino } = fstatSync(file.fd);
      const unread = size - this.#offset;
      const isOurs = ino === fstatSync(this.#file.fd).ino;
      if (!isOurs || (unread > 0 && unread < HOPELESS_BYTES)) return null;
      ftruncateSync(file.fd);
      this.#offset = 0;
      return Math.max(0, unread);
    } finally {
      await file.close();
    }
  }

  /** A file shorter than what was read of it has been cut, by an engine or its folder's watch. */
  #beginAnewIfCut(): void {
    if (this.#offset > 0 && fstatSync(this.#file!.fd).size < this.#offset) this.#offset = 0;
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
    // Not there yet, a link, or locked away by the trial: nothing to read either way.
    if (['ENOENT', 'ELOOP', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return null;
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

function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
