/**
 * The statements, apart from the code that runs them. All but the few marked SQLite are standard enough for
 * PostgreSQL (with its own placeholders); ids of studies and trials come from hpo_counters, because the schema has no
 * AUTOINCREMENT and a freed id must not come back as something else.
 */
export const COUNTERS = {
  set: `INSERT INTO hpo_counters (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  value: 'SELECT value FROM hpo_counters WHERE name = ?',
} as const;

/** SQLite: MAX of two values. Above every id in use, because another program may have made some. */
const nextId = (kind: string, column: string, table: string): string =>
  `INSERT INTO hpo_counters (name, value) VALUES ('${kind}', (SELECT COALESCE(MAX(${column}), 0) FROM ${table}) + 1)
    ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value - 1) + 1 RETURNING value`;

export const NEXT_ID = {
  study: nextId('study', 'study_id', 'studies'),
  trial: nextId('trial', 'trial_id', 'trials'),
  event: nextId('event', 'event_id', 'hpo_events'),
} as const;

export const STUDIES = {
  all: `SELECT s.study_id AS id, s.study_name AS name, h.uuid, h.spec_json AS spec FROM studies s
    LEFT JOIN hpo_studies h ON h.study_id = s.study_id ORDER BY s.study_id`,
  allForeign:
    'SELECT study_id AS id, study_name AS name, NULL AS uuid, NULL AS spec FROM studies ORDER BY study_id',
  byId: `SELECT s.study_id AS id, s.study_name AS name, h.uuid, h.spec_json AS spec FROM studies s
    LEFT JOIN hpo_studies h ON h.study_id = s.study_id WHERE s.study_id = ?`,
  byIdForeign:
    'SELECT study_id AS id, study_name AS name, NULL AS uuid, NULL AS spec FROM studies WHERE study_id = ?',
  id: 'SELECT study_id AS id FROM studies WHERE study_name = ?',
  /** Finds it, and keeps others from adding to it until the transaction ends, where a database lets several write. */
  lock: 'SELECT 1 FROM studies WHERE study_id = ?',
  insert: 'INSERT INTO studies (study_id, study_name) VALUES (?, ?)',
  insertSpec: `INSERT INTO hpo_studies (study_id, uuid, spec_json, spec_version, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (study_id) DO UPDATE SET spec_json = excluded.spec_json, spec_version = excluded.spec_version`,
  directions: 'SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective',
  insertDirection: 'INSERT INTO study_directions (study_id, objective, direction) VALUES (?, ?, ?)',
  deleteDirections: 'DELETE FROM study_directions WHERE study_id = ?',
  userAttrs: 'SELECT "key", value_json FROM study_user_attributes WHERE study_id = ? ORDER BY 1',
  systemAttrs: 'SELECT "key", value_json FROM study_system_attributes WHERE study_id = ? ORDER BY 1',
  setAttr: {
    user: `INSERT INTO study_user_attributes (study_id, "key", value_json) VALUES (?, ?, ?)
      ON CONFLICT (study_id, "key") DO UPDATE SET value_json = excluded.value_json`,
    system: `INSERT INTO study_system_attributes (study_id, "key", value_json) VALUES (?, ?, ?)
      ON CONFLICT (study_id, "key") DO UPDATE SET value_json = excluded.value_json`,
  },
  countStates: 'SELECT study_id AS id, state, COUNT(*) AS n FROM trials GROUP BY study_id, state',
  lastStart: 'SELECT MAX(datetime_start) AS at FROM trials WHERE study_id = ?',
  /** The sign, given twice, turns "maximize" into "smallest first"; infinities have no value. */
  best: `SELECT t.trial_id AS id FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0
    WHERE t.study_id = ? AND t.state = 'COMPLETE' AND t.trial_id NOT IN (SELECT value FROM json_each(?))
    ORDER BY ? * CASE v.value_type WHEN 'INF_POS' THEN 1 WHEN 'INF_NEG' THEN -1 ELSE 0 END, ? * v.value, t.number
    LIMIT 1`,
  /** Trials whose first value is that of the trial given. */
  tied: `SELECT t.trial_id AS id FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0
    JOIN trial_values b ON b.trial_id = ? AND b.objective = 0
    WHERE t.study_id = ? AND t.state = 'COMPLETE' AND t.trial_id NOT IN (SELECT value FROM json_each(?))
    AND v.value_type = b.value_type AND (v.value = b.value OR v.value IS NULL)
    ORDER BY t.number`,
  attrOfTrials: `SELECT t.trial_id AS id, a.value_json AS json FROM trials t
    JOIN trial_system_attributes a ON a.trial_id = t.trial_id WHERE t.study_id = ? AND a."key" = ?`,
  delete: 'DELETE FROM studies WHERE study_id = ?',
  deleteUserAttrs: 'DELETE FROM study_user_attributes WHERE study_id = ?',
  deleteSystemAttrs: 'DELETE FROM study_system_attributes WHERE study_id = ?',
} as const;

const OF_IDS = 'WHERE trial_id IN (SELECT value FROM json_each(?))';

export const TRIALS = {
  insert: 'INSERT INTO trials (trial_id, number, study_id, state, datetime_start) VALUES (?, ?, ?, ?, ?)',
  /** Numbers are dense from 0 in the order of ids, so the last one tells the count without counting. */
  lastNumber: 'SELECT number FROM trials WHERE study_id = ? ORDER BY trial_id DESC LIMIT 1',
  waiting: `SELECT trial_id AS id FROM trials WHERE study_id = ? AND trial_id > ? AND state = 'WAITING'
    ORDER BY trial_id`,
  lastId: 'SELECT COALESCE(MAX(trial_id), 0) AS id FROM trials WHERE study_id = ?',
  claim: `UPDATE trials SET state = 'RUNNING', datetime_start = ? WHERE trial_id = ? AND state = 'WAITING'
    RETURNING number`,
  /** For writing: keeps others from changing the trial until the transaction ends. */
  status: 'SELECT study_id AS "studyId", number, state FROM trials WHERE trial_id = ?',
  finish: `UPDATE trials SET state = ?, datetime_complete = ? WHERE trial_id = ? AND state = 'RUNNING'`,
  insertValue: 'INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, ?)',
  deleteParams: 'DELETE FROM trial_params WHERE trial_id = ?',
  /** So many at once. */
  insertParams: (count: number): string =>
    `INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    VALUES ${Array(count).fill('(?, ?, ?, ?)').join(', ')}`,
  distributionOf: `SELECT p.distribution_json AS json FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id
    WHERE t.study_id = ? AND p.param_name = ? AND t.trial_id <> ? LIMIT 1`,
  setAttr: {
    user: `INSERT INTO trial_user_attributes (trial_id, "key", value_json) VALUES (?, ?, ?)
      ON CONFLICT (trial_id, "key") DO UPDATE SET value_json = excluded.value_json`,
    system: `INSERT INTO trial_system_attributes (trial_id, "key", value_json) VALUES (?, ?, ?)
      ON CONFLICT (trial_id, "key") DO UPDATE SET value_json = excluded.value_json`,
  },
  systemAttrs: 'SELECT "key", value_json FROM trial_system_attributes WHERE trial_id = ? ORDER BY 1',
  lastFinite: `SELECT intermediate_value AS value FROM trial_intermediate_values
    WHERE trial_id = ? AND intermediate_value_type = 'FINITE' ORDER BY step DESC LIMIT 1`,

  inStudy: 'SELECT 1 FROM trials WHERE trial_id = ? AND study_id = ?',
  after: `SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials
    WHERE study_id = ? AND trial_id > ? ORDER BY trial_id LIMIT ?`,
  /** SQLite: json_each over a list of ids. */
  byIds: `SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials ${OF_IDS}`,
  params: `SELECT trial_id, param_name, param_value, distribution_json FROM trial_params ${OF_IDS} ORDER BY param_id`,
  values: `SELECT trial_id, value, value_type FROM trial_values ${OF_IDS} ORDER BY trial_id, objective`,
  intermediates: `SELECT trial_id, step, intermediate_value, intermediate_value_type FROM trial_intermediate_values
    ${OF_IDS} ORDER BY trial_id, step`,
  userAttrsOf: `SELECT trial_id, "key", value_json FROM trial_user_attributes ${OF_IDS} ORDER BY trial_user_attribute_id`,
  systemAttrsOf: `SELECT trial_id, "key", value_json FROM trial_system_attributes ${OF_IDS}
    ORDER BY trial_system_attribute_id`,
} as const;

/** Children first: the tables refer to each other. */
export const DELETE_TRIALS: readonly string[] = [
  'trial_params',
  'trial_values',
  'trial_intermediate_values',
  'trial_user_attributes',
  'trial_system_attributes',
  'trial_heartbeats',
]
  .map((table) => `DELETE FROM ${table} WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)`)
  .concat('DELETE FROM trials WHERE study_id = ?');

export const REPORTS = {
  setValue: `INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    VALUES (?, ?, ?, ?) ON CONFLICT (trial_id, step) DO UPDATE SET
    intermediate_value = excluded.intermediate_value, intermediate_value_type = excluded.intermediate_value_type`,
  setMetrics: `INSERT INTO hpo_metrics (trial_id, step, metrics_json) VALUES (?, ?, ?)
    ON CONFLICT (trial_id, step) DO UPDATE SET metrics_json = excluded.metrics_json`,
  metrics: 'SELECT step, metrics_json AS json FROM hpo_metrics WHERE trial_id = ? ORDER BY step',
  lastMetrics: 'SELECT metrics_json AS json FROM hpo_metrics WHERE trial_id = ? ORDER BY step DESC LIMIT 1',
} as const;

const ATTEMPT_COLUMNS = `trial_id AS "trialId", attempt, token, launcher, host, gpu, dir, pid,
  pid_start_time AS "pidStartTime", boot_id AS "bootId", job_id AS "jobId", report_offset AS "reportOffset",
  ended_at AS "endedAt", exit_code AS "exitCode", signal, failure_json AS "failureJson"`;

export const ATTEMPTS = {
  insert: `INSERT INTO hpo_attempts (trial_id, attempt, study_id, token, launcher, host, gpu, dir)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  latest: `SELECT attempt, token, ended_at AS "endedAt" FROM hpo_attempts WHERE trial_id = ? ORDER BY attempt DESC LIMIT 1`,
  one: 'SELECT 1 FROM hpo_attempts WHERE trial_id = ? AND attempt = ?',
  open: `SELECT ${ATTEMPT_COLUMNS} FROM hpo_attempts WHERE study_id = ? AND ended_at IS NULL ORDER BY trial_id, attempt`,
  ofTrial: `SELECT ${ATTEMPT_COLUMNS} FROM hpo_attempts WHERE trial_id = ? ORDER BY attempt`,
} as const;

export const EXCLUDED = {
  ofStudy: 'SELECT trial_id AS id FROM hpo_excluded WHERE study_id = ? ORDER BY trial_id',
  add: `INSERT INTO hpo_excluded (trial_id, study_id, at) VALUES (?, ?, ?) ON CONFLICT (trial_id) DO NOTHING`,
  remove: 'DELETE FROM hpo_excluded WHERE trial_id = ?',
} as const;

export const EVENTS = {
  insert:
    'INSERT INTO hpo_events (event_id, study_id, trial_id, at, kind, payload_json) VALUES (?, ?, ?, ?, ?, ?)',
  after: `SELECT event_id AS id, at, trial_id AS "trialId", kind, payload_json AS payload FROM hpo_events
    WHERE study_id = ? AND event_id > ? ORDER BY event_id`,
  ofTrial: 'SELECT 1 FROM hpo_events WHERE trial_id = ? AND kind = ? LIMIT 1',
} as const;

/** SQLite: its catalogue. */
export const CATALOGUE = {
  tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  table: `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`,
  head: 'SELECT version_num AS head FROM alembic_version',
} as const;
