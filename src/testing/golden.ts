import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Reference files that other programs made, too large for the repository: HPO_GOLDEN, else beside the checkout. */
export function goldenPath(name: string): string {
  return join(process.env['HPO_GOLDEN'] ?? join(root, '..', 'shared', 'golden'), name);
}

/** For a test's `skip`: why it cannot run, or false. */
export function skipWithoutGolden(name: string): string | false {
  return existsSync(goldenPath(name)) ? false : `no reference file ${name} (set HPO_GOLDEN to its folder)`;
}

/** In memory, so that the file stays untouched. */
export function openGoldenDatabase(name: string): Database.Database {
  return new Database(readFileSync(goldenPath(name)));
}
