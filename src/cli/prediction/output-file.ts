import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import { plain } from '../output/plain.ts';

/** Where results go: nothing is seen under the file's name before `commit`. */
export interface Sink {
  write(text: string): Promise<void>;
  commit(): Promise<void>;
  /** After a failure: no trace is left. No harm after a commit. */
  abort(): Promise<void>;
}

/**
 * A sink for `path`, or stdout for `-`. A regular file appears whole, by rename (through a symbolic link, whose target
 * is replaced); a device or named pipe is written to directly, for it must not be replaced.
 * @throws {UsageError} when it cannot be written
 */
export async function openSink(path: string, option: string): Promise<Sink> {
  if (path === '-') return stdoutSink();
  try {
    const target = await realpath(path).catch(() => path);
    const facts = await stat(target).catch(() => null);
    if (facts?.isDirectory()) throw new UsageError(`${option} ${plain(path)} is a folder.`);
    return facts === null || facts.isFile() ? await fileSink(target) : await deviceSink(target);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`${option}: cannot write ${plain(path)}`, {
      details: [missing ? 'its folder does not exist' : (error as Error).message],
      ...(missing ? { fix: `mkdir -p ${dirname(path)}` } : {}),
      cause: error,
    });
  }
}

function stdoutSink(): Sink {
  return {
    write: async (text) => {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    },
    commit: async () => {},
    abort: async () => {},
  };
}

async function deviceSink(path: string): Promise<Sink> {
  const handle = await open(path, 'w');
  return { write: writer(handle), commit: () => handle.close(), abort: () => handle.close().catch(() => {}) };
}

async function fileSink(path: string): Promise<Sink> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const handle = await open(temporary, 'w');
  const remove = (): void => rmSync(temporary, { force: true });
  // Also when a closed pipe (`| head`) ends the process in between.
  process.once('exit', remove);
  return {
    write: writer(handle),
    commit: async () => {
      await handle.close();
      await rename(temporary, path);
      process.off('exit', remove);
    },
    abort: async () => {
      await handle.close().catch(() => {});
      process.off('exit', remove);
      remove();
    },
  };
}

function writer(handle: FileHandle): (text: string) => Promise<void> {
  return async (text) => {
    await handle.appendFile(text);
  };
}
