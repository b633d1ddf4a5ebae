/** Statements that move whole studies, in both directions; see ./export.ts and ./import.ts. */
const OF_IDS = 'WHERE trial_id IN (SELECT value FROM json_each(?))';

export const EXPORT = {
  own: `SELECT uuid, spec_json AS spec, spec_version AS "specVersion", created_at AS "createdAt" FROM hpo_studies
    WHERE study_id = ?`,
  userAttrs: `SELECT "key", value_json FROM study_user_attributes WHERE study_id = ?
    ORDER BY study_user_attribute_id`,
  systemAttrs: `SELECT "key", value_json FROM study_system_attributes WHERE study_id = ?
    ORDER BY study_system_attribute_id`,
  metrics: `SELECT trial_id, step, metrics_json FROM hpo_metrics ${OF_IDS} ORDER BY trial_id, step`,
  attempts: `SELECT trial_id AS "trialId", attempt, token, launcher, host, gpu, dir, pid,
    pid_start_time AS "pidStartTime", boot_id AS "bootId", job_id AS "jobId", report_offset AS "reportOffset",
    ended_at AS "endedAt", exit_code AS "exitCode", signal, failure_json AS failure
    FROM hpo_attempts ${OF_IDS} ORDER BY trial_id, attempt`,
  excluded: `SELECT trial_id, at FROM hpo_excluded ${OF_IDS}`,
  events: `SELECT e.event_id AS id, e.at, t.number AS trial, e.kind, e.payload_json AS payload FROM hpo_events e
    LEFT JOIN trials t ON t.trial_id = e.trial_id
    WHERE e.study_id = ? AND e.event_id > ? ORDER BY e.event_id LIMIT ?`,
} as const;

export const IMPORT = {
  uuid: 'SELECT 1 FROM hpo_studies WHERE uuid = ?',
  token: 'SELECT 1 FROM hpo_attempts WHERE token = ?',
  insertOwn: `INSERT INTO hpo_studies (study_id, uuid, spec_json, spec_version, created_at) VALUES (?, ?, ?, ?, ?)`,
  insertTrial: `INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete)
    VALUES (?, ?, ?, ?, ?, ?)`,
  insertIntermediate: `INSERT INTO trial_intermediate_values
    (trial_id, step, intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)`,
  insertAttempt: `INSERT INTO hpo_attempts (trial_id, attempt, study_id, token, launcher, host, gpu, dir, pid,
    pid_start_time, boot_id, job_id, report_offset, ended_at, exit_code, signal, failure_json)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
} as const;
