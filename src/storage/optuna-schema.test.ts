import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openGoldenDatabase, skipWithoutGolden } from '../testing/golden.ts';
import { testSpec } from '../testing/storage/fixtures.ts';
import { openStorage } from './index.ts';

/** Tables, columns, keys and indices of a database that Optuna 4.9 made, as SQLite describes them. */
const EXPECTED = `
alembic_version: version_num VARCHAR(32) NOT NULL pk1 | unique(version_num)
studies: study_id INTEGER NOT NULL pk1, study_name VARCHAR(512) NOT NULL | ix_studies_study_name unique(study_name)
study_directions: study_direction_id INTEGER NOT NULL pk1, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL | unique(study_id,objective) | study_id -> studies.study_id
study_system_attributes: study_system_attribute_id INTEGER NOT NULL pk1, study_id INTEGER, key VARCHAR(512), value_json TEXT | unique(study_id,key) | study_id -> studies.study_id
study_user_attributes: study_user_attribute_id INTEGER NOT NULL pk1, study_id INTEGER, key VARCHAR(512), value_json TEXT | unique(study_id,key) | study_id -> studies.study_id
trial_heartbeats: trial_heartbeat_id INTEGER NOT NULL pk1, trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL | unique(trial_id) | trial_id -> trials.trial_id
trial_intermediate_values: trial_intermediate_value_id INTEGER NOT NULL pk1, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL | unique(trial_id,step) | trial_id -> trials.trial_id
trial_params: param_id INTEGER NOT NULL pk1, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT | unique(trial_id,param_name) | trial_id -> trials.trial_id
trial_system_attributes: trial_system_attribute_id INTEGER NOT NULL pk1, trial_id INTEGER, key VARCHAR(512), value_json TEXT | unique(trial_id,key) | trial_id -> trials.trial_id
trial_user_attributes: trial_user_attribute_id INTEGER NOT NULL pk1, trial_id INTEGER, key VARCHAR(512), value_json TEXT | unique(trial_id,key) | trial_id -> trials.trial_id
trial_values: trial_value_id INTEGER NOT NULL pk1, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL | unique(trial_id,objective) | trial_id -> trials.trial_id
trials: trial_id INTEGER NOT NULL pk1, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME | ix_trials_study_id (study_id) | study_id -> studies.study_id
version_info: version_info_id INTEGER NOT NULL pk1, schema_version INTEGER, library_version VARCHAR(256)
`.trim();

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}
interface IndexInfo {
  readonly name: string;
  readonly unique: number;
}
interface KeyInfo {
  readonly from: string;
  readonly table: string;
  readonly to: string;
}

function describe(db: Database.Database): string {
  const names = db
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'hpo\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .pluck()
    .all() as string[];
  return names.map((name) => `${name}: ${describeTable(db, name)}`).join('\n');
}

function describeTable(db: Database.Database, table: string): string {
  const columns = (db.pragma(`table_info(${table})`) as ColumnInfo[]).map(
    ({ name, type, notnull, pk }) => `${name} ${type}${notnull ? ' NOT NULL' : ''}${pk ? ` pk${pk}` : ''}`,
  );
  const indices = (db.pragma(`index_list(${table})`) as IndexInfo[]).map(({ name, unique }) => {
    const keys = (db.pragma(`index_info(${name})`) as { name: string }[])
      .map((column) => column.name)
      .join(',');
    return `${name.startsWith('sqlite_') ? '' : `${name} `}${unique ? 'unique' : ''}(${keys})`;
  });
  const foreign = (db.pragma(`foreign_key_list(${table})`) as KeyInfo[]).map(
    ({ from, table: parent, to }) => `${from} -> ${parent}.${to}`,
  );
  return [columns.join(', '), ...indices, ...foreign].join(' | ');
}

t.test('a new database has exactly the tables of Optuna 3.2 to 5, beside hpo_ ones', async (t) => {
  const file = join(t.testdir(), 'trials.db');
  const storage = await openStorage(file, { create: true });
  await storage.createStudy({ name: 's', spec: testSpec() });
  await storage.close();
  t.equal(existsSync(`${file}-wal`), false, 'the log is folded in at close');
  const db = new Database(file, { readonly: true });
  t.teardown(() => db.close());
  t.equal(describe(db), EXPECTED);
  t.same(db.prepare('SELECT version_num FROM alembic_version').pluck().all(), ['v3.2.0.a']);
  t.match(db.prepare('SELECT * FROM version_info').all(), [{ version_info_id: 1, schema_version: 12 }]);
  t.throws(() => db.prepare('INSERT INTO version_info VALUES (2, 1, 1)').run(), 'its check constraint too');
  const own = db
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'hpo\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .pluck()
    .all();
  t.same(
    own,
    ['attempts', 'counters', 'events', 'excluded', 'metrics', 'studies'].map((name) => `hpo_${name}`),
  );
});

for (const name of ['optuna/demo_v4.9.0.db', 'optuna/demo_v5.db']) {
  t.test(`the expected tables are those of ${name}`, { skip: skipWithoutGolden(name) }, async (t) => {
    const db = openGoldenDatabase(name);
    t.teardown(() => db.close());
    t.equal(describe(db), EXPECTED);
  });
}
