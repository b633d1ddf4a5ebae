import { NotFoundError, StorageError } from '../../domain/errors.ts';
import { DiskFullError } from '../disk-full.ts';

interface DatabaseError extends Error {
  /** An SQLSTATE, or the operating system's. */
  readonly code?: string;
}

const codeOf = (error: unknown): string => (error as DatabaseError).code ?? '';

/** Two transactions met: the one that is told so runs again. */
export function isConflict(error: unknown): boolean {
  return /^(40001|40P01)$/.test(codeOf(error));
}

/**
 * The connection is gone, or there is none yet because the server is starting, stopping, or full: worth another try.
 * Class 08 and 57P0x are the server's words, the rest the operating system's and the driver's.
 */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08...|57P0[1-3]|53300|25P03)$/.test(code)) return true;
  if (
    /^(ECONN(RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN)$/.test(code)
  )
    return true;
  return /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error)/.test(
    (error as Error).message,
  );
}

const EXPLANATIONS: readonly (readonly [code: RegExp, what: string, fix: string])[] = [
  [
    /^(28P01|28000)$/,
    'the server does not let this role in',
    'name the role in the URL; put its password into ~/.pgpass (mode 0600), PGPASSWORD, or --storage @FILE',
  ],
  [
    /^42501$/,
    'this role may not do that',
    'have the owner run hpo create-study once, then: GRANT ALL ON ALL TABLES, ALL SEQUENCES IN SCHEMA … TO the role',
  ],
  [/^25006$/, 'it is read only (a standby?)', 'name the primary server'],
  [/^(22001|22003|22021|22P05)$/, 'a value does not fit', 'shorten it, or leave out the NUL characters'],
  [/^(55P03|25P02)$/, 'somebody else holds a lock', 'look at pg_stat_activity, then run the command again'],
  [/^(ENOENT|ENOTFOUND|EACCES)$/, 'there is no such server', 'check host, port and socket folder in the URL'],
];

/** A failure of the server as a sentence; anything else stays what it is. */
export function explainFailure(error: unknown, shown: string): unknown {
  const code = codeOf(error);
  const details = [`${(error as Error).message} (${code})`];
  if (/^53[12]00$/.test(code))
    return new DiskFullError(`${shown}: the server's disk or memory is full.`, {
      details,
      fix: 'free some space on the server',
      cause: error,
    });
  if (code === '3D000')
    return new NotFoundError(`there is no database ${shown}`, {
      details,
      fix: 'make it with createdb, or name another with --storage',
      cause: error,
    });
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  if (known === undefined) return error;
  const [, what, fix] = known;
  return new StorageError(`${shown}: ${what}.`, { details, fix, cause: error });
}
