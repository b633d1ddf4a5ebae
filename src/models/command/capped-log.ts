import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** What is written of a program's output as it comes. */
const HEAD_BYTES = 10 << 20;
/** Of what is beyond, the end is kept: that is where a program says what went wrong. */
const TAIL_BYTES = 64 << 10;

/** A program's output in a log that does not grow without bound. Owns the open file. */
export class CappedLog {
  readonly #fd: number;
  #written = 0;
  #dropped = 0;
  #tail = Buffer.alloc(0);

  constructor(path: string) {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
    this.#fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  }

  write(chunk: Buffer): void {
    const head = chunk.subarray(0, HEAD_BYTES - this.#written);
    if (head.length > 0) this.#append(head);
    this.#written += head.length;
    if (head.length === chunk.length) return;
    const joined = Buffer.concat([this.#tail, chunk.subarray(head.length)]);
    this.#dropped += Math.max(0, joined.length - TAIL_BYTES);
    this.#tail = joined.subarray(-TAIL_BYTES);
  }

  close(): void {
    if (this.#tail.length > 0) {
      this.#append(Buffer.from(`\n[hpo: ${this.#dropped} bytes left out]\n`));
      this.#append(this.#tail);
    }
    closeSync(this.#fd);
  }

  #append(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
  }
}
