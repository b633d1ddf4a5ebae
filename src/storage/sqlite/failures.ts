import Database from 'better-sqlite3';
import { StorageError } from '../../domain/errors.ts';
import { DiskFullError } from '../disk-full.ts';

const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '');

/** Whether to try again: somebody else has the lock, or won the race for the log's index (`SQLITE_PROTOCOL`). */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error));
}

const EXPLANATIONS: readonly (readonly [code: RegExp, what: string, fix: string])[] = [
  [/^SQLITE_FULL/, 'the disk is full', 'free some space, then run the command again'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'it is no SQLite database, or a damaged one', 'name another with --storage'],
  [/^SQLITE_READONLY/, 'it cannot be written', 'check the permissions of the file and its folder'],
  [
    /^SQLITE_(IOERR|CANTOPEN|PERM|AUTH)/,
    'it cannot be read or written',
    'check the disk and the permissions',
  ],
];

/** A failure of the database as a sentence; anything else stays what it is. */
export function explainFailure(error: unknown, shown: string): unknown {
  const code = codeOf(error);
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  if (known === undefined) return error;
  const [, what, fix] = known;
  const options = { details: [`${(error as Error).message} (${code})`], fix, cause: error };
  const Failure = code === 'SQLITE_FULL' ? DiskFullError : StorageError;
  return new Failure(`${shown}: ${what}.`, options);
}
