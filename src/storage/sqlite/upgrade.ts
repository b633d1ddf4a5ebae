import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import { OPTUNA_SCHEMA } from '../optuna-schema.ts';
import { createSchema, inspectSchema, SCHEMA_VERSION } from '../schema.ts';
import { connect } from './connection.ts';
import { SQLITE_SCHEMA } from './schema.ts';

export interface Upgrade {
  /** What was done; empty when nothing was to do. */
  readonly steps: readonly string[];
  /** The copy that was made before; null when nothing was to do. */
  readonly backup: string | null;
}

/** The last head before ours differs by one index only. */
const ADD_INDEX = 'CREATE INDEX IF NOT EXISTS ix_trials_study_id ON trials (study_id)';

/** Brings a database of Optuna 3.0 or 3.1, or of an earlier hpo, to the present tables; a copy is kept. */
export async function upgradeSqlite(path: string, shown: string): Promise<Upgrade> {
  const file = resolve(path);
  const connection = await connect(file, { shown, lockTimeoutMs: 60_000 });
  try {
    const state = await connection.read((sql) => inspectSchema(sql, shown));
    if (state.kind === 'empty') throw new UsageError(`${shown} is empty`, { fix: 'hpo create-study' });
    const wanted = SCHEMA_VERSION - (state.kind === 'current' ? state.applied : 0);
    if (state.kind === 'current' && wanted === 0) return { steps: [], backup: null };
    const backup = `${file}.before-upgrade`;
    // Folded in first, so that one file is the whole database; an earlier copy is never overwritten.
    await connection.pragma('wal_checkpoint(TRUNCATE)');
    await copyFile(file, backup, constants.COPYFILE_EXCL);
    await connection.pragma('journal_mode = WAL');
    await connection.write('full', async (sql) => {
      if (state.kind === 'older') {
        await sql.script(ADD_INDEX);
        await sql.run('UPDATE alembic_version SET version_num = ?', OPTUNA_SCHEMA.head);
      }
      await createSchema(sql, shown, SQLITE_SCHEMA);
    });
    const optuna =
      state.kind === 'older' ? [`tables of Optuna ${state.release} to those of 3.2 and later`] : [];
    return { steps: [...optuna, `${wanted} versions of hpo's own tables`], backup };
  } finally {
    await connection.close();
  }
}
