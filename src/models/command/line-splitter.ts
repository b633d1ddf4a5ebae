import { MAX_LINE_BYTES } from '../../protocol/index.ts';

/**
 * Bytes in any pieces to lines, in bounded memory. A carriage return ends a line too (progress bars); bytes that are no UTF-8
 * become replacement characters; the part of a line beyond 64 KB is dropped.
 */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The lines that these bytes complete. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== 0x0a && chunk[i] !== 0x0d) continue;
      this.#keep(chunk.subarray(start, i));
      lines.push(...this.end());
      start = i + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What stood after the last line's end, at the end of all. */
  end(): string[] {
    if (this.#restBytes === 0) return [];
    const line = Buffer.concat(this.#rest).toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    return [line];
  }

  #keep(part: Buffer): void {
    const kept = part.subarray(0, MAX_LINE_BYTES - this.#restBytes);
    if (kept.length === 0) return;
    // A copy: the piece that it is part of may be large, or be used again.
    this.#rest.push(Buffer.from(kept));
    this.#restBytes += kept.length;
  }
}
