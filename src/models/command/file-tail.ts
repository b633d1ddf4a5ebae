import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

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
    return this.#buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
