import { isUtf8 } from 'node:buffer';
import { DataError } from '../domain/errors.ts';
import type { LineProblem, TextBlock } from './format.ts';

/** A line longer than this is no line of a text file. */
const MAX_LINE_BYTES = 16 << 20;
const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * Cuts bytes into blocks of whole lines and decodes them. A byte order mark goes, CRLF becomes LF, bytes that are no UTF-8
 * become U+FFFD and NUL a space. The last two are told as problems, and so is a mark that is not at the start: files were
 * joined there. Memory: one chunk and one line.
 * @throws {DataError} for UTF-16, for lines that end in CR alone, and for a line beyond 16 MiB.
 */
export async function* readBlocks(bytes: AsyncIterable<Buffer>, path: string): AsyncGenerator<TextBlock> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let line = 1;
  for await (const chunk of withoutMark(bytes, path)) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      const block = decodeBlock(Buffer.concat([...rest, chunk.subarray(0, end)]), line);
      yield block.decoded;
      line += block.lines;
      [rest, restBytes] = [[], 0];
    }
    if (end < chunk.length) rest.push(chunk.subarray(end));
    restBytes += chunk.length - end;
    if (restBytes > MAX_LINE_BYTES) throw tooLongLine(path, line);
  }
  if (restBytes > 0) yield decodeBlock(Buffer.concat(rest), line).decoded;
}

function tooLongLine(path: string, line: number): DataError {
  return new DataError(`${path}:${line}: the line is longer than ${MAX_LINE_BYTES >> 20} MiB.`, {
    fix: 'is it a text file with one document a line?',
  });
}

async function* withoutMark(bytes: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of bytes) {
    yield first ? checkStart(chunk, path) : chunk;
    first = false;
  }
}

function checkStart(chunk: Buffer, path: string): Buffer {
  const mark = chunk.subarray(0, 3).toString('hex');
  if (mark.startsWith('fffe') || mark.startsWith('feff')) {
    throw new DataError(`${path} is UTF-16; UTF-8 is needed.`, {
      fix: `iconv -f UTF-16 -t UTF-8 ${path} > utf8.txt`,
    });
  }
  if (chunk.includes(0x0d) && !chunk.includes(LF)) {
    throw new DataError(`${path} ends its lines with CR alone.`, {
      fix: `tr '\\r' '\\n' < ${path} > lf.txt`,
    });
  }
  return mark === 'efbbbf' ? chunk.subarray(3) : chunk;
}

function decodeBlock(bytes: Buffer, firstLine: number): { decoded: TextBlock; lines: number } {
  const problems: LineProblem[] = [];
  if (!isUtf8(bytes)) {
    noteLines(bytes, firstLine, problems, 'broken UTF-8, replaced by U+FFFD', (line) => !isUtf8(line));
  }
  let text = bytes.toString('utf8');
  if (text.includes('\0')) {
    noteLines(bytes, firstLine, problems, 'NUL byte, replaced by a space', (line) => line.includes(0));
    text = text.replaceAll('\0', ' ');
  }
  if (/(?<![^\n])\ufeff/.test(text)) {
    noteLines(bytes, firstLine, problems, 'byte order mark inside the file, removed', (line) =>
      line.subarray(0, 3).equals(BYTE_ORDER_MARK),
    );
    text = text.replace(/(?<![^\n])\ufeff/g, '');
  }
  if (text.includes('\r')) text = text.replace(/\r(?=\n|$)/g, '');
  return { decoded: { text, firstLine, problems }, lines: countLines(bytes) };
}

function noteLines(
  bytes: Buffer,
  firstLine: number,
  problems: LineProblem[],
  reason: string,
  isBad: (line: Buffer) => boolean,
): void {
  let line = firstLine;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(LF, start);
    const stop = end < 0 ? bytes.length : end;
    if (isBad(bytes.subarray(start, stop))) problems.push({ line, reason, dropped: false });
    start = stop + 1;
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}

/** The block's lines without their ends. */
export function linesOf({ text }: TextBlock): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
