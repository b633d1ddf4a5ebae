import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { HpoError, NotFoundError } from '../../domain/errors.ts';
import { parseStorageUrl } from '../../storage/url.ts';
import { withStorage } from '../compose.ts';
import { plain } from '../output/plain.ts';
import { formatBytes } from '../output/readable.ts';
import { type Check, notOk, ok } from './check.ts';
import { inspectFileSystem } from './file-system.ts';

const SCARCE_BYTES = 1e9;
const TOO_FEW_BYTES = 50e6;

/**
 * The storage's file: what kind of file system, room, permissions, and whether the database is whole. Reads only.
 * A server is only asked for its studies.
 * @param url as typed: `sqlite:FILE`, `sqlite:///FILE`, a plain path, `postgresql://…` or `@FILE`
 */
export async function checkStorage(url: string): Promise<Check[]> {
  const { scheme, rest } = parseStorageUrl(url);
  const path = resolve(rest);
  if (scheme !== 'sqlite' || url.startsWith('@')) return [await checkServer(url)];
  const folder = dirname(path);
  if (!existsSync(folder)) {
    return [notOk('storage folder', 'fail', `${plain(folder)} does not exist`, `mkdir -p ${plain(folder)}`)];
  }
  const place = [await checkFileSystem(folder), checkFolder(folder)];
  if (!existsSync(path))
    return [...place, ok('storage', `${plain(path)} will be created by the first search`)];
  return [...place, checkOwner(path), ...(await checkDatabase(path))];
}

async function checkServer(url: string): Promise<Check> {
  try {
    return await withStorage({ storage: url }, { create: false }, async (storage) => {
      const studies = (await storage.listStudies()).length;
      return ok('storage', `${plain(storage.url)}: ${studies} studies`);
    });
  } catch (error) {
    if (error instanceof NotFoundError) return ok('storage', plain(error.message));
    if (!(error instanceof HpoError)) throw error;
    return notOk('storage', 'fail', plain(error.message), error.fix ?? 'name another with --storage');
  }
}

async function checkFileSystem(folder: string): Promise<Check> {
  const { name, kind, freeBytes } = await inspectFileSystem(folder);
  const found = `${name}, ${formatBytes(freeBytes)} free`;
  if (kind === 'network') {
    return notOk(
      'file system',
      'warn',
      found,
      'keep the database on a local disk: SQLite is unsafe on network file systems',
    );
  }
  if (freeBytes < TOO_FEW_BYTES)
    return notOk('file system', 'fail', found, 'make room: models and the database need it');
  if (freeBytes < SCARCE_BYTES) return notOk('file system', 'warn', found, 'models can be large; make room');
  if (kind === 'unknown')
    return notOk(
      'file system',
      'warn',
      found,
      'if this is a network file system, move the database to a local disk',
    );
  return ok('file system', found);
}

function checkFolder(folder: string): Check {
  try {
    accessSync(folder, constants.W_OK);
    return ok('storage folder', `${plain(folder)}, writable`);
  } catch {
    return notOk(
      'storage folder',
      'fail',
      `${plain(folder)} is not writable`,
      '--storage FILE in a folder of your own',
    );
  }
}

function checkOwner(path: string): Check {
  const { uid, mode, size } = statSync(path);
  const permissions = (mode & 0o777).toString(8).padStart(3, '0');
  const found = `${plain(path)}, ${formatBytes(size)}, mode ${permissions}`;
  if (process.getuid !== undefined && uid !== process.getuid()) {
    return notOk(
      'storage',
      'warn',
      `${found}, of another user`,
      '--trust if you trust its owner: a study can hold commands',
    );
  }
  if ((mode & 0o022) !== 0)
    return notOk('storage', 'warn', `${found}, others may write`, `chmod go-w ${plain(path)}`);
  return ok('storage', found);
}

async function checkDatabase(path: string): Promise<Check[]> {
  const { default: Database } = await import('better-sqlite3');
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 });
    try {
      const tables = new Set(
        database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all(),
      );
      return [
        checkIntegrity(database.pragma('integrity_check(3)', { simple: false })),
        checkSchema(tables, (sql) => database.prepare(sql).pluck().get()),
      ];
    } finally {
      database.close();
    }
  } catch (error) {
    return [
      notOk(
        'database',
        'fail',
        (error as Error).message,
        'restore it from a copy, or choose another --storage',
      ),
    ];
  }
}

function checkIntegrity(result: unknown): Check {
  const lines = (result as readonly { readonly integrity_check: string }[]).map((row) => row.integrity_check);
  if (lines.length === 1 && lines[0] === 'ok') return ok('database', 'integrity check passed');
  return notOk(
    'database',
    'fail',
    lines.join('; '),
    'restore it from a copy: sqlite3 FILE .recover rescues what can be read',
  );
}

function checkSchema(tables: ReadonlySet<unknown>, read: (sql: string) => unknown): Check {
  if (!tables.has('alembic_version') || !tables.has('studies')) {
    return notOk(
      'schema',
      'fail',
      'this SQLite file holds no studies',
      '--storage FILE: choose the right one',
    );
  }
  const version = read('SELECT version_num FROM alembic_version');
  const studies = read('SELECT count(*) FROM studies');
  const trials = read('SELECT count(*) FROM trials');
  const whose = tables.has('hpo_studies') ? 'Optuna and hpo' : 'Optuna';
  return ok('schema', `${whose} ${version}: ${studies} studies, ${trials} trials`);
}
