import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { NotFoundError, StorageError, UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import type { OpenOptions } from '../open-options.ts';
import { createRdbStorage } from '../rdb-storage.ts';
import { inspectSchema, upgradeError } from '../schema.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';
import { fileSystemOf, isWritable, refuseForeignFile } from './file-safety.ts';
import { readSnapshot } from './snapshot.ts';

const LOCK_TIMEOUT_MS = 60_000;

/** Opens a study database in a file; only `create` may make one. */
export async function openSqlite(path: string, shown: string, options: OpenOptions): Promise<Storage> {
  const file = resolve(path);
  const isThere = await checkFile(file, shown, options);
  const network = await isOnNetwork(file, shown, options);
  const connectionOptions: ConnectionOptions = {
    shown,
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    ...(options.durability && { durability: options.durability }),
  };
  if (!isThere && network !== null) throw network;
  const readOnly = isThere ? (network ?? (await whyReadOnly(file, shown))) : null;
  const source = readOnly === null ? file : await readSnapshot(file, shown);
  const connection = await connect(source, connectionOptions);
  try {
    return await finishOpening(connection, readOnly, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function finishOpening(
  connection: Connection,
  readOnly: StorageError | null,
  { create }: OpenOptions,
): Promise<Storage> {
  const { shown } = connection;
  const state = await connection.read((sql) => inspectSchema(sql, shown));
  switch (state.kind) {
    case 'empty':
      if (!create) throw notThere(shown);
      if (readOnly !== null) throw readOnly;
      await connection.prepare();
      return createRdbStorage(connection, { readOnly: null });
    case 'older':
      return createRdbStorage(connection, {
        readOnly: readOnly ?? upgradeError(shown, state.head, state.release),
      });
    case 'current':
      return createRdbStorage(connection, { readOnly });
  }
}

/** @returns whether the file exists; it may not only where it may be created. */
async function checkFile(file: string, shown: string, { create, trust }: OpenOptions): Promise<boolean> {
  const facts = await stat(file).catch(() => null);
  if (facts === null) {
    if (!create) throw notThere(shown);
    if ((await stat(dirname(file)).catch(() => null)) === null) {
      throw new UsageError(`There is no folder ${dirname(file)} for ${shown}.`, {
        fix: `mkdir -p ${dirname(file)}`,
      });
    }
    return false;
  }
  if (!facts.isFile()) throw new UsageError(`${shown} is no file.`, { fix: 'name a file with --storage' });
  if (!trust) await refuseForeignFile(file, shown);
  return true;
}

const notThere = (shown: string): NotFoundError =>
  new NotFoundError(`there is no study database ${shown}`, {
    fix: 'hpo optimize or hpo create-study makes it, or name another with --storage',
  });

/** An error for a network file system, null for a local one; a warning where nobody can say. */
async function isOnNetwork(file: string, shown: string, options: OpenOptions): Promise<StorageError | null> {
  const kind = await fileSystemOf(file);
  if (kind === 'unknown') {
    options.onWarning?.(
      `${shown} lies on a file system that hpo does not know; if several machines share it, move it to a local disk`,
    );
  }
  if (kind !== 'network') return null;
  return new StorageError(`${shown} lies on a network file system, where SQLite's log is not safe.`, {
    fix: 'keep it on a local disk, for example --storage sqlite:/tmp/trials.db',
  });
}

async function whyReadOnly(file: string, shown: string): Promise<StorageError | null> {
  if (await isWritable(file)) return null;
  return new StorageError(`${shown} can be read, but not written.`, {
    fix: `chmod u+w ${file} and its folder, or copy it to a place of your own`,
  });
}
