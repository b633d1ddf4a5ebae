import { type FileHandle, open } from 'node:fs/promises';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const SALT_BYTES = 8;

/**
 * SQLite's write-ahead log, looked at from outside (https://www.sqlite.org/fileformat2.html#walformat). It is there as
 * long as a connection is; no SQLite lock lies on it that a file handle of ours could break. Owns the handle.
 */
export class LogFile {
  readonly #path: string;
  #file: Promise<FileHandle> | null = null;

  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Brings everything that was written so far to the disk. */
  async sync(): Promise<void> {
    await (await this.#open()).datasync();
  }

  /**
   * Whether more than so many frames (a page each) are in use. The file's size does not tell: it is written from its beginning
   * again and again. But each round has a salt of its own, and the frames of this round carry it.
   */
  async reaches(frames: number): Promise<boolean> {
    const file = await this.#open();
    const header = Buffer.alloc(HEADER_BYTES);
    if ((await file.read(header, 0, HEADER_BYTES, 0)).bytesRead < HEADER_BYTES) return false;
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
    const frame = Buffer.alloc(FRAME_HEADER_BYTES);
    const { bytesRead } = await file.read(frame, 0, FRAME_HEADER_BYTES, HEADER_BYTES + frames * frameBytes);
    return (
      bytesRead === FRAME_HEADER_BYTES && frame.compare(header, 16, 16 + SALT_BYTES, 8, 8 + SALT_BYTES) === 0
    );
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    // One that could not be opened need not be closed.
    await (await file?.catch(() => undefined))?.close();
  }

  async #open(): Promise<FileHandle> {
    this.#file ??= open(this.#path, 'r');
    try {
      return await this.#file;
    } catch (error) {
      this.#file = null;
      throw error;
    }
  }
}
