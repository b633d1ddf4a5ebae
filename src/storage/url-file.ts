import { readFile, stat } from 'node:fs/promises';
import { StorageError, UsageError } from '../domain/errors.ts';

const OTHERS = 0o077;
/** A scheme with two slashes, or a database file; never the name of another such file. */
const URL_LIKE = /^(?:[a-z][a-z\d+.-]*:\/\/|sqlite:)/i;

/**
 * The storage's URL from a file's first line: the place for one with a password, which everybody can read on a command
 * line.
 * @throws {UsageError} no such file, or nothing in it
 * @throws {StorageError} others can read it
 */
export async function readStorageFile(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (!facts?.isFile()) {
    throw new UsageError(`There is no file ${path} to read the storage's URL from.`, {
      fix: 'write the URL into it (chmod 600), or name the storage itself',
    });
  }
  const url = (await readFile(path, 'utf8')).split('\n', 1)[0]!.trim();
  // Before the permissions: nobody is told to change those of a file that is something else.
  if (!URL_LIKE.test(url)) {
    throw new UsageError(`${path} holds no storage URL in its first line.`, {
      fix: 'write one like postgresql://me:secret@host/database',
    });
  }
  if ((facts.mode & OTHERS) === 0) return url;
  throw new StorageError(`${path} can be read by others, and it may hold a password.`, {
    fix: `chmod 600 ${path}`,
  });
}
