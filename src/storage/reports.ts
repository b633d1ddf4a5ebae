import { UsageError } from '../domain/errors.ts';
import type { StoredReport } from '../domain/ports.ts';
import type { Metrics } from '../domain/trial.ts';
import { latestAttempt } from './attempts.ts';
import { encodeValue } from './encodings.ts';
import { formatJson, parseJson } from './python-json.ts';
import { hasOwnTables } from './schema.ts';
import type { Sql } from './sql.ts';
import { REPORTS } from './statements.ts';
import { statusOf } from './trials.ts';

/** @returns false when the token is not the open attempt's or the trial no longer runs; nothing is stored then. */
export async function recordReports(
  sql: Sql,
  trialId: number,
  token: string,
  reports: readonly StoredReport[],
): Promise<boolean> {
  const attempt = await latestAttempt(sql, trialId);
  if (attempt === undefined || attempt.token !== token || attempt.endedAt !== null) return false;
  if ((await statusOf(sql, trialId))?.state !== 'running') return false;
  for (const { step, value, metrics } of reports) {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new UsageError(`A report's step must be a whole number from 0, got ${step}.`);
    }
    await sql.run(REPORTS.setValue, trialId, step, ...encodeValue(value));
    await sql.run(REPORTS.setMetrics, trialId, step, formatJson(metrics));
  }
  return true;
}

export async function getMetrics(sql: Sql, trialId: number): Promise<{ step: number; metrics: Metrics }[]> {
  if (!(await hasOwnTables(sql))) return [];
  const rows = await sql.all<{ step: number; json: string }>(REPORTS.metrics, trialId);
  return rows.map(({ step, json }) => ({ step, metrics: parseJson(json) as Metrics }));
}
