import pg from 'pg';
import { NotFoundError, type StorageError, UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import type { OpenOptions } from '../open-options.ts';
import { createRdbStorage } from '../rdb-storage.ts';
import { inspectSchema, upgradeError } from '../schema.ts';
import { Connection } from './connection.ts';

const LOCK_TIMEOUT_MS = 60_000;

/** Opens the study tables on a PostgreSQL server; only `create` may make them. */
export async function openPostgres(rest: string, shown: string, options: OpenOptions): Promise<Storage> {
  const url = `postgresql:${rest}`;
  requireUrl(url, shown);
  const connection = new Connection({
    url,
    shown,
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
  });
  try {
    await connection.connect();
    return createRdbStorage(connection, { readOnly: await prepareTables(connection, options) });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The driver's own error would show the password. */
function requireUrl(url: string, shown: string): void {
  try {
    new pg.Client({ connectionString: url });
  } catch {
    throw new UsageError(`"${shown}" is no PostgreSQL URL.`, {
      fix: 'write postgresql://user@host:5432/database; special characters as %40, %2F …',
    });
  }
}

/** @returns why nothing can be written, or null */
async function prepareTables(connection: Connection, { create }: OpenOptions): Promise<StorageError | null> {
  const { shown } = connection;
  const state = await connection.read((sql) => inspectSchema(sql, shown));
  switch (state.kind) {
    case 'empty':
      if (!create)
        throw new NotFoundError(`there are no studies in ${shown}`, {
          fix: 'hpo optimize or hpo create-study makes the tables, or name another with --storage',
        });
      await connection.prepare();
      return null;
    case 'older':
      return upgradeError(shown, state.head, state.release);
    case 'current':
      return null;
  }
}
