/**
 * The tables of Optuna's RDB storage, as its releases from 3.2 up to 5 create them (alembic head `v3.2.0.a`, schema
 * version 12), so that Python's Optuna and optuna-dashboard open the file and go on with it. Columns, constraints
 * and indices are part of that contract: nothing of ours is added here.
 */
export const OPTUNA_SCHEMA = {
  version: 12,
  head: 'v3.2.0.a',
  /** The release whose conventions the rows follow (since 5, times are UTC); Optuna shows it in messages only. */
  libraryVersion: '5.0.0',
} as const;

/** Heads of earlier releases; the value says which. The tables of 3.0's and 3.1's last head read the same. */
export const OLDER_HEADS: Readonly<Record<string, { release: string; readable: boolean }>> = {
  'v3.0.0.d': { release: '3.0 or 3.1', readable: true },
  'v3.0.0.c': { release: '3.0 (pre-release)', readable: false },
  'v3.0.0.b': { release: '3.0 (pre-release)', readable: false },
  'v3.0.0.a': { release: '3.0 (pre-release)', readable: false },
  'v2.6.0.a': { release: '2.6 to 2.10', readable: false },
  'v2.4.0.a': { release: '2.4 or 2.5', readable: false },
  'v1.3.0.a': { release: '1.3 to 2.3', readable: false },
  'v1.2.0.a': { release: '1.2', readable: false },
  'v0.9.0.a': { release: '0.9 to 1.1', readable: false },
};

/** How a database spells the column types of the schema. */
export interface ColumnTypes {
  /** A key that the database counts up by itself. */
  readonly id: string;
  readonly direction: string;
  readonly state: string;
  readonly valueType: string;
  readonly intermediateType: string;
  readonly time: string;
}

type AttributeTable = readonly [owner: 'study' | 'trial', table: string, kind: 'user' | 'system'];

const attributes = ([owner, table, kind]: AttributeTable, { id }: ColumnTypes): string => `
CREATE TABLE IF NOT EXISTS ${owner}_${kind}_attributes (
  ${owner}_${kind}_attribute_id ${id},
  ${owner}_id INTEGER,
  "key" VARCHAR(512),
  value_json TEXT,
  PRIMARY KEY (${owner}_${kind}_attribute_id),
  UNIQUE (${owner}_id, "key"),
  FOREIGN KEY(${owner}_id) REFERENCES ${table} (${owner}_id)
);`;

/** All tables, in the order in which they refer to each other, and the rows that tell their version. */
export const optunaTables = (types: ColumnTypes): string => `
CREATE TABLE IF NOT EXISTS studies (
  study_id ${types.id},
  study_name VARCHAR(512) NOT NULL,
  PRIMARY KEY (study_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS ix_studies_study_name ON studies (study_name);
CREATE TABLE IF NOT EXISTS version_info (
  version_info_id INTEGER NOT NULL,
  schema_version INTEGER,
  library_version VARCHAR(256),
  PRIMARY KEY (version_info_id),
  CHECK (version_info_id=1)
);
CREATE TABLE IF NOT EXISTS study_directions (
  study_direction_id ${types.id},
  direction ${types.direction} NOT NULL,
  study_id INTEGER NOT NULL,
  objective INTEGER NOT NULL,
  PRIMARY KEY (study_direction_id),
  UNIQUE (study_id, objective),
  FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
${attributes(['study', 'studies', 'user'], types)}
${attributes(['study', 'studies', 'system'], types)}
CREATE TABLE IF NOT EXISTS trials (
  trial_id ${types.id},
  number INTEGER,
  study_id INTEGER,
  state ${types.state} NOT NULL,
  datetime_start ${types.time},
  datetime_complete ${types.time},
  PRIMARY KEY (trial_id),
  FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE INDEX IF NOT EXISTS ix_trials_study_id ON trials (study_id);
${attributes(['trial', 'trials', 'user'], types)}
${attributes(['trial', 'trials', 'system'], types)}
CREATE TABLE IF NOT EXISTS trial_params (
  param_id ${types.id},
  trial_id INTEGER,
  param_name VARCHAR(512),
  param_value FLOAT,
  distribution_json TEXT,
  PRIMARY KEY (param_id),
  UNIQUE (trial_id, param_name),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_values (
  trial_value_id ${types.id},
  trial_id INTEGER NOT NULL,
  objective INTEGER NOT NULL,
  value FLOAT,
  value_type ${types.valueType} NOT NULL,
  PRIMARY KEY (trial_value_id),
  UNIQUE (trial_id, objective),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_intermediate_values (
  trial_intermediate_value_id ${types.id},
  trial_id INTEGER NOT NULL,
  step INTEGER NOT NULL,
  intermediate_value FLOAT,
  intermediate_value_type ${types.intermediateType} NOT NULL,
  PRIMARY KEY (trial_intermediate_value_id),
  UNIQUE (trial_id, step),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_heartbeats (
  trial_heartbeat_id ${types.id},
  trial_id INTEGER NOT NULL,
  heartbeat ${types.time} NOT NULL,
  PRIMARY KEY (trial_heartbeat_id),
  UNIQUE (trial_id),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO version_info (version_info_id, schema_version, library_version)
  VALUES (1, ${OPTUNA_SCHEMA.version}, '${OPTUNA_SCHEMA.libraryVersion}') ON CONFLICT DO NOTHING;
INSERT INTO alembic_version (version_num) VALUES ('${OPTUNA_SCHEMA.head}') ON CONFLICT DO NOTHING;
`;
