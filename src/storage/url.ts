import { UsageError } from '../domain/errors.ts';

/** A storage as a person names it, taken apart. */
export interface StorageUrl {
  /** Without a driver: `sqlite` for `sqlite+pysqlite:///…`. */
  readonly scheme: string;
  /** What follows the scheme: for SQLite a path, for a server everything. */
  readonly rest: string;
  /** For people: without passwords. */
  readonly shown: string;
}

/**
 * Understands a plain path, `sqlite:PATH` and Optuna's `sqlite:///PATH` (four slashes: absolute), and the scheme of
 * any other URL.
 */
export function parseStorageUrl(url: string): StorageUrl {
  const match = /^([A-Za-z][A-Za-z0-9]*)(?:\+[A-Za-z0-9_]+)?:(.*)$/s.exec(url);
  if (match === null) return { scheme: 'sqlite', rest: sqlitePath(url, url), shown: `sqlite:${url}` };
  const named = match[1]!.toLowerCase();
  const scheme = named === 'postgres' ? 'postgresql' : named;
  if (scheme !== 'sqlite') return { scheme, rest: match[2]!, shown: redactUrl(url) };
  const path = sqlitePath(match[2]!, url);
  return { scheme, rest: path, shown: `sqlite:${path}` };
}

function sqlitePath(rest: string, url: string): string {
  // SQLAlchemy's form: sqlite:// + /path, perhaps with ?options, which are the Python driver's.
  const path = rest.startsWith('//') ? rest.slice(3).replace(/\?.*$/s, '') : rest;
  if (rest.startsWith('//') && rest[2] !== undefined && rest[2] !== '/') {
    throw new UsageError(`"${url}" is no SQLite URL.`, {
      fix: 'write sqlite:trials.db or sqlite:///trials.db',
    });
  }
  if (path === '' || path.startsWith(':memory:')) {
    throw new UsageError(`"${url}" names no file; a study in memory would be lost.`, {
      fix: 'write sqlite:trials.db',
    });
  }
  return path;
}

/** `url` without the password it may hold, whatever else is wrong with it. */
export function redactUrl(url: string): string {
  return url
    .replace(/(:\/\/[^/@:]*):.*@/s, '$1:***@')
    .replace(/([?&](?:password|passwd|pwd)=)[^&#]*/gi, '$1***');
}

/** Whether anybody who lists processes could read a password in `url`. */
export function hasInlinePassword(url: string): boolean {
  return redactUrl(url) !== url;
}
