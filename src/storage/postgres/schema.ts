import { optunaTables } from '../optuna-schema.ts';
import type { SchemaScripts } from '../schema.ts';

/** PostgreSQL has no CREATE TYPE IF NOT EXISTS; the tables are made under a lock, and these before them. */
const TYPES = `
CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE');
CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING');
CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG');
CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN');
`;

/**
 * hpo's own tables. Append only: a released migration is never edited. References with ON DELETE CASCADE keep our rows
 * true to Optuna's, whoever deletes there.
 */
const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE hpo_counters (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
CREATE TABLE hpo_studies (
  study_id INTEGER NOT NULL PRIMARY KEY REFERENCES studies (study_id) ON DELETE CASCADE,
  uuid TEXT NOT NULL UNIQUE,
  spec_json TEXT NOT NULL,
  spec_version INTEGER NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE hpo_attempts (
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  study_id INTEGER NOT NULL,
  token TEXT NOT NULL UNIQUE,
  launcher TEXT NOT NULL,
  host TEXT NOT NULL,
  gpu TEXT,
  dir TEXT NOT NULL,
  pid INTEGER,
  pid_start_time TEXT,
  boot_id TEXT,
  job_id TEXT,
  report_offset BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT,
  exit_code INTEGER,
  signal TEXT,
  failure_json TEXT,
  PRIMARY KEY (trial_id, attempt)
);
CREATE INDEX hpo_ix_attempts_open ON hpo_attempts (study_id) WHERE ended_at IS NULL;
CREATE TABLE hpo_metrics (
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  metrics_json TEXT NOT NULL,
  PRIMARY KEY (trial_id, step)
);
CREATE TABLE hpo_events (
  event_id BIGSERIAL PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES studies (study_id) ON DELETE CASCADE,
  trial_id INTEGER REFERENCES trials (trial_id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  payload_json TEXT NOT NULL
);
CREATE INDEX hpo_ix_events_study ON hpo_events (study_id, event_id);
CREATE INDEX hpo_ix_events_trial ON hpo_events (trial_id);
`,
  `
CREATE TABLE hpo_excluded (
  trial_id INTEGER NOT NULL PRIMARY KEY REFERENCES trials (trial_id) ON DELETE CASCADE,
  study_id INTEGER NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX hpo_ix_excluded_study ON hpo_excluded (study_id);
`,
];

/** The tables in PostgreSQL, spelled as Optuna spells them there. */
export const POSTGRES_SCHEMA: SchemaScripts = {
  optuna:
    TYPES +
    optunaTables({
      id: 'SERIAL',
      direction: 'studydirection',
      state: 'trialstate',
      valueType: 'trialvaluetype',
      intermediateType: 'trialintermediatevaluetype',
      time: 'TIMESTAMP WITHOUT TIME ZONE',
    }),
  own: MIGRATIONS,
};
