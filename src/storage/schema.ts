import { StorageError } from '../domain/errors.ts';
import { OLDER_HEADS, OPTUNA_SCHEMA } from './optuna-schema.ts';
import type { Sql } from './sql.ts';
import { CATALOGUE, COUNTERS, NEXT_ID } from './statements.ts';

/** The texts that make the tables in one kind of database. */
export interface SchemaScripts {
  readonly optuna: string;
  /** hpo's own tables, a migration an entry; as many in every kind of database. Append only. */
  readonly own: readonly string[];
}

/** How many migrations of hpo's own tables this program knows. */
export const SCHEMA_VERSION = 2;

/** What a database is, as far as it can be used. */
export type SchemaState =
  | { readonly kind: 'empty' }
  /** `applied`: how many of our migrations; 0 for a database that Optuna made. */
  | { readonly kind: 'current'; readonly applied: number }
  /** Readable, but to be upgraded before anything is written. */
  | { readonly kind: 'older'; readonly head: string; readonly release: string };

/** Looks without changing anything. @throws {StorageError} for what is newer, too old, or not ours. */
export async function inspectSchema(sql: Sql, shown: string): Promise<SchemaState> {
  const tables = new Set((await sql.all<{ name: string }>(CATALOGUE.tables)).map(({ name }) => name));
  if (tables.size === 0) return { kind: 'empty' };
  if (!tables.has('studies') || !tables.has('alembic_version')) {
    throw new StorageError(`${shown} is a database, but neither hpo's nor Optuna's.`, {
      details: [`it holds the tables ${[...tables].slice(0, 8).join(', ')}`],
      fix: 'name another file with --storage',
    });
  }
  const head = (await sql.get<{ head: string }>(CATALOGUE.head))?.head ?? 'none';
  if (head !== OPTUNA_SCHEMA.head) return judgeHead(head, shown);
  const applied = tables.has('hpo_counters') ? await appliedMigrations(sql) : 0;
  if (applied <= SCHEMA_VERSION) return { kind: 'current', applied };
  throw new StorageError(
    `${shown} was written by a newer hpo: its tables are version ${applied}, this one knows ${SCHEMA_VERSION}.`,
    { fix: 'update hpo, or use another database with --storage' },
  );
}

function judgeHead(head: string, shown: string): SchemaState {
  const older = OLDER_HEADS[head];
  if (older?.readable) return { kind: 'older', head, release: older.release };
  if (older !== undefined) throw upgradeError(shown, head, older.release);
  throw new StorageError(`${shown} has a schema that hpo does not know (${head}): a newer Optuna made it.`, {
    fix: 'update hpo, or use another database with --storage',
  });
}

/** Why a database of an earlier Optuna is not written, and what to do. */
export function upgradeError(shown: string, head: string, release: string): StorageError {
  return new StorageError(
    `${shown} was made by Optuna ${release} (schema ${head}) and must be upgraded first.`,
    {
      fix: `with Optuna 3.2 or later: optuna storage upgrade --storage ${shown.replace(/^sqlite:/, 'sqlite:///')}`,
    },
  );
}

async function appliedMigrations(sql: Sql): Promise<number> {
  return (await sql.get<{ value: number }>(COUNTERS.value, 'schema'))?.value ?? 0;
}

/** Creates what is missing, in the caller's one immediate transaction: of many first openers one does it, all find it. */
export async function createSchema(sql: Sql, shown: string, scripts: SchemaScripts): Promise<void> {
  const state = await inspectSchema(sql, shown);
  if (state.kind === 'older') throw upgradeError(shown, state.head, state.release);
  if (state.kind === 'empty') await sql.script(scripts.optuna);
  const applied = state.kind === 'empty' ? 0 : state.applied;
  if (applied === SCHEMA_VERSION) return;
  for (const migration of scripts.own.slice(applied)) await sql.script(migration);
  await sql.run(COUNTERS.set, 'schema', SCHEMA_VERSION);
}

/** A database that Optuna made has none of our tables until we write to it. */
export async function hasOwnTables(sql: Sql): Promise<boolean> {
  return (await sql.get(CATALOGUE.table, 'hpo_counters')) !== undefined;
}

/** The next id of a kind; above every id in use, whoever made it, and never one that was ours before. */
export async function nextId(sql: Sql, kind: 'study' | 'trial' | 'event'): Promise<number> {
  return (await sql.get<{ value: number }>(NEXT_ID[kind]))!.value;
}
