import { UsageError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import type { OpenOptions } from './open-options.ts';
import type { Upgrade } from './sqlite/upgrade.ts';
import { parseStorageUrl, type StorageUrl } from './url.ts';
import { readStorageFile } from './url-file.ts';

export type { OpenOptions } from './open-options.ts';
export type { Upgrade } from './sqlite/upgrade.ts';

type OpenStorage = (url: StorageUrl, options: OpenOptions) => Promise<Storage>;

/** Storages by URL scheme; each loads its driver when it is used. */
export const STORAGES = {
  sqlite: async ({ rest, shown }, options) =>
    (await import('./sqlite/open.ts')).openSqlite(rest, shown, options),
  postgresql: async ({ rest, shown }, options) =>
    (await import('./postgres/open.ts')).openPostgres(rest, shown, options),
} satisfies Record<string, OpenStorage>;

/**
 * Opens a storage by its URL: `trials.db`, `sqlite:trials.db`, `sqlite:///trials.db`, `postgresql://host/database`, or
 * `@FILE` for a file that holds one (and perhaps a password).
 * @throws {NotFoundError} when it is not there and `create` is false
 * @throws {StorageError} when it is locked, newer than this program, or not safe to open
 */
export async function openStorage(url: string, options: OpenOptions): Promise<Storage> {
  const parsed = parseStorageUrl(url.startsWith('@') ? await readStorageFile(url.slice(1)) : url);
  if (Object.hasOwn(STORAGES, parsed.scheme)) {
    return await STORAGES[parsed.scheme as keyof typeof STORAGES](parsed, options);
  }
  throw new UsageError(describeUnknown(parsed), {
    fix: 'use a file: --storage sqlite:trials.db',
  });
}

/**
 * Brings a storage of an earlier hpo or Optuna to the present tables; a copy of it is kept beside it.
 * @throws {UsageError} nothing of that kind can be upgraded
 */
export async function upgradeStorage(url: string): Promise<Upgrade> {
  const parsed = parseStorageUrl(url);
  if (parsed.scheme === 'sqlite')
    return await (await import('./sqlite/upgrade.ts')).upgradeSqlite(parsed.rest, parsed.shown);
  throw new UsageError(describeUnknown(parsed), { fix: 'use a file: --storage sqlite:trials.db' });
}

function describeUnknown({ scheme, shown }: StorageUrl): string {
  return `No storage "${scheme}" (in "${shown}"). Known: ${Object.keys(STORAGES).join(', ')}.`;
}
