import { StorageError } from '../domain/errors.ts';
import type { AttemptPatch, AttemptRecord, NewAttempt } from '../domain/ports.ts';
import type { Failure, Json } from '../domain/trial.ts';
import { formatJson, parseJson } from './python-json.ts';
import { hasOwnTables } from './schema.ts';
import type { Sql, SqlValue } from './sql.ts';
import { ATTEMPTS } from './statements.ts';
import { requireRunning } from './trials.ts';

export async function createAttempt(sql: Sql, attempt: NewAttempt): Promise<void> {
  const { trialId, attempt: index, token, launcher, host, gpu, dir } = attempt;
  const { studyId, number } = await requireRunning(sql, trialId);
  if ((await sql.get(ATTEMPTS.one, trialId, index)) !== undefined) {
    throw new StorageError(`Trial ${number} has an attempt ${index} already.`);
  }
  await sql.run(ATTEMPTS.insert, trialId, index, studyId, token, launcher, host, gpu, dir);
}

const COLUMNS = {
  pid: 'pid',
  pidStartTime: 'pid_start_time',
  bootId: 'boot_id',
  jobId: 'job_id',
  reportOffset: 'report_offset',
  endedAt: 'ended_at',
  exitCode: 'exit_code',
  signal: 'signal',
  failure: 'failure_json',
} as const satisfies Record<keyof AttemptPatch, string>;

export async function updateAttempt(
  sql: Sql,
  trialId: number,
  attempt: number,
  patch: AttemptPatch,
): Promise<void> {
  const keys = (Object.keys(COLUMNS) as (keyof AttemptPatch)[]).filter((key) => patch[key] !== undefined);
  if (keys.length === 0) return;
  const assignments = keys.map((key) => `${COLUMNS[key]} = ?`).join(', ');
  const values = keys.map((key) => encode(patch[key] as SqlValue | Failure));
  const text = `UPDATE hpo_attempts SET ${assignments} WHERE trial_id = ? AND attempt = ?`;
  if ((await sql.run(text, ...values, trialId, attempt)) === 0) {
    throw new StorageError(`Attempt ${attempt} of the trial with id ${trialId} is no longer there.`);
  }
}

const encode = (value: SqlValue | Failure): SqlValue =>
  typeof value === 'object' && value !== null ? formatJson(value as unknown as Json) : value;

interface LatestAttempt {
  readonly attempt: number;
  readonly token: string;
  readonly endedAt: number | null;
}

/** The attempt that may report and finish. */
export async function latestAttempt(sql: Sql, trialId: number): Promise<LatestAttempt | undefined> {
  return await sql.get(ATTEMPTS.latest, trialId);
}

export async function listOpenAttempts(sql: Sql, studyId: number): Promise<AttemptRecord[]> {
  return await readAttempts(sql, ATTEMPTS.open, studyId);
}

export async function listAttempts(sql: Sql, trialId: number): Promise<AttemptRecord[]> {
  return await readAttempts(sql, ATTEMPTS.ofTrial, trialId);
}

type AttemptRow = Omit<AttemptRecord, 'failure'> & { readonly failureJson: string | null };

async function readAttempts(sql: Sql, statement: string, id: number): Promise<AttemptRecord[]> {
  if (!(await hasOwnTables(sql))) return [];
  return (await sql.all<AttemptRow>(statement, id)).map(({ failureJson, ...row }) => ({
    ...row,
    failure: parseJson(failureJson) as unknown as Failure | null,
  }));
}
