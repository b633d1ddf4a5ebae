import { constants, fstatSync, ftruncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
/** What has been read is given back to the disk beyond this. */
const CUT_BYTES = 16 << 20;

/** Reads what another process appends to a file. Owns the open file. */
export class FileTail {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #offset = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes the file, empty. */
  static async create(path: string): Promise<FileTail> {
    const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    return new FileTail(await open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600));
  }

  /** The bytes that are new, up to 64 KB and valid until the next call; empty when there are none. */
  async read(): Promise<Buffer> {
    const { bytesRead } = await this.#file.read(this.#buffer, 0, CHUNK_BYTES, this.#offset);
    this.#offset += bytesRead;
    if (bytesRead === 0 && this.#offset > CUT_BYTES) this.#cut();
    return this.#buffer.subarray(0, bytesRead);
  }

  /** At once after a look that found nothing more: whoever appends meanwhile must not lose a line. */
  #cut(): void {
    if (fstatSync(this.#file.fd).size !== this.#offset) return;
    ftruncateSync(this.#file.fd);
    this.#offset = 0;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
