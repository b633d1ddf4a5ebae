/**
 * hpo's own tables, beside Optuna's and invisible to it. Append only: a released migration is never edited, the next
 * change is the next entry. The number of applied entries is `schema` in hpo_counters.
 *
 * The triggers keep our rows true to Optuna's whoever deletes there: SQLite gives a freed id to the next row, which
 * must not inherit a spec, a token or metrics.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE hpo_counters (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE hpo_studies (
  study_id INTEGER NOT NULL PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  spec_json TEXT NOT NULL,
  spec_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE TABLE hpo_attempts (
  trial_id INTEGER NOT NULL,
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
  report_offset INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER,
  exit_code INTEGER,
  signal TEXT,
  failure_json TEXT,
  PRIMARY KEY (trial_id, attempt)
) WITHOUT ROWID;
CREATE INDEX hpo_ix_attempts_open ON hpo_attempts (study_id) WHERE ended_at IS NULL;
CREATE TABLE hpo_metrics (
  trial_id INTEGER NOT NULL,
  step INTEGER NOT NULL,
  metrics_json TEXT NOT NULL,
  PRIMARY KEY (trial_id, step)
) WITHOUT ROWID;
CREATE TABLE hpo_events (
  event_id INTEGER NOT NULL PRIMARY KEY,
  study_id INTEGER NOT NULL,
  trial_id INTEGER,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  payload_json TEXT NOT NULL
);
CREATE INDEX hpo_ix_events_study ON hpo_events (study_id);
CREATE INDEX hpo_ix_events_trial ON hpo_events (trial_id);
CREATE TRIGGER hpo_forget_study AFTER DELETE ON studies BEGIN
  DELETE FROM hpo_studies WHERE study_id = OLD.study_id;
  DELETE FROM hpo_events WHERE study_id = OLD.study_id;
END;
CREATE TRIGGER hpo_forget_trial AFTER DELETE ON trials BEGIN
  DELETE FROM hpo_attempts WHERE trial_id = OLD.trial_id;
  DELETE FROM hpo_metrics WHERE trial_id = OLD.trial_id;
  DELETE FROM hpo_events WHERE trial_id = OLD.trial_id;
END;
`,
  `
CREATE TABLE hpo_excluded (
  trial_id INTEGER NOT NULL PRIMARY KEY,
  study_id INTEGER NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX hpo_ix_excluded_study ON hpo_excluded (study_id);
CREATE TRIGGER hpo_forget_exclusion AFTER DELETE ON trials BEGIN
  DELETE FROM hpo_excluded WHERE trial_id = OLD.trial_id;
END;
`,
];
