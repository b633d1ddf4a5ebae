import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainReport } from '../domain/ports.ts';
import { ATTEMPT_FILES, encodeRecord, type ReportLine } from '../protocol/index.ts';

/** More reports than this an attempt are dropped: the engine must stay able to follow. */
export const MAX_REPORTS = 10_000;

/** Appends reports to an attempt's report file. Owns the open file. */
export class ReportWriter {
  readonly #fd: number;
  readonly #startedAt = performance.now();
  #seq = 0;

  constructor(dir: string) {
    const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
    const path = join(dir, ATTEMPT_FILES.reports);
    this.#fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    if (endsInMidLine(this.#fd)) writeSync(this.#fd, '\n');
  }

  /** One write a line, at once: a training that blocks the event loop is followed all the same. */
  write({ step, progress, metrics }: TrainReport): void {
    if (this.#seq === MAX_REPORTS) console.log(`hpo: only the first ${MAX_REPORTS} reports are kept`);
    const seq = this.#seq++;
    if (seq >= MAX_REPORTS) return;
    const t = Math.round(performance.now() - this.#startedAt);
    writeSync(this.#fd, `${encodeRecord({ seq, step, progress, metrics, t } satisfies ReportLine)}\n`);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A process that died while writing leaves half a line: the next report must not continue it. */
function endsInMidLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}
