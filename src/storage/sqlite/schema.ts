import { optunaTables } from '../optuna-schema.ts';
import type { SchemaScripts } from '../schema.ts';
import { MIGRATIONS } from './migrations.ts';

/** The tables in SQLite, spelled as Optuna spells them there. */
export const SQLITE_SCHEMA: SchemaScripts = {
  optuna: optunaTables({
    id: 'INTEGER NOT NULL',
    direction: 'VARCHAR(8)',
    state: 'VARCHAR(8)',
    valueType: 'VARCHAR(7)',
    intermediateType: 'VARCHAR(7)',
    time: 'DATETIME',
  }),
  own: MIGRATIONS,
};
