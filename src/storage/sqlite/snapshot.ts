import { chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StorageError } from '../../domain/errors.ts';

const TRIES = 5;

/**
 * A database that can be read but not written, as bytes for an in-memory connection: reading in place would need the
 * log's shared memory beside the file. The log is part of the copy; a copy torn by a writer is made again.
 */
export async function readSnapshot(path: string, shown: string): Promise<Buffer> {
  const dir = await mkdtemp(join(tmpdir(), 'hpo-snapshot-'));
  try {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const copy = join(dir, `${attempt}.db`);
      const before = await fingerprint(path);
      await copyWithLog(path, copy);
      if (before === (await fingerprint(path))) return await foldLog(copy);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  throw new StorageError(`${shown} is being written all the time and cannot be copied.`, {
    fix: 'try again, or read it where it can be written',
  });
}

async function fingerprint(path: string): Promise<string> {
  const facts = await Promise.all([path, `${path}-wal`].map((file) => stat(file).catch(() => null)));
  return facts.map((fact) => (fact === null ? '-' : `${fact.size}:${fact.mtimeMs}`)).join(' ');
}

async function copyWithLog(path: string, copy: string): Promise<void> {
  for (const suffix of ['', '-wal', '-journal']) {
    try {
      await copyFile(path + suffix, copy + suffix);
      await chmod(copy + suffix, 0o600);
    } catch (error) {
      if (suffix === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** An in-memory database cannot have a log, so the copy leaves that mode. */
async function foldLog(copy: string): Promise<Buffer> {
  const db = new Database(copy);
  try {
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
  return await readFile(copy);
}
