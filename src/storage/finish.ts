import { CONSTRAINTS_ATTR } from '../domain/constraint.ts';
import { UsageError } from '../domain/errors.ts';
import { reportedObjective } from '../domain/objective.ts';
import type { AttemptPatch } from '../domain/ports.ts';
import { type Json, TRIAL_ATTRS, type TrialOutcome } from '../domain/trial.ts';
import { latestAttempt, updateAttempt } from './attempts.ts';
import { encodeValue, formatTime, STATE_TEXT } from './encodings.ts';
import { addEvent } from './events.ts';
import { formatJson, parseJson } from './python-json.ts';
import type { Sql } from './sql.ts';
import { REPORTS, STUDIES, TRIALS } from './statements.ts';
import { loadStudy } from './studies.ts';
import { isOurs, statusOf, type TrialStatus } from './trials.ts';

/** What ends a trial, and the attempt with that token. */
export interface TrialEnd {
  /** Null: there was no attempt. */
  readonly token: string | null;
  readonly outcome: TrialOutcome;
  readonly end: AttemptPatch;
}

/** @returns false for a late result: kept as an event, and nothing else changes. */
export async function finishTrial(
  sql: Sql,
  trialId: number,
  { token, outcome: told, end }: TrialEnd,
): Promise<boolean> {
  const trial = await statusOf(sql, trialId);
  if (trial === undefined) return false;
  const outcome = withoutNaN(told);
  const values = await valuesOf(sql, trialId, trial, outcome);
  if (trial.state !== 'running' || !(await mayFinish(sql, trialId, token))) {
    const payload = { token, outcome: told as unknown as Json };
    await addEvent(sql, { studyId: trial.studyId, trialId, kind: 'late-result', payload });
    return false;
  }
  await sql.run(TRIALS.finish, STATE_TEXT[outcome.state], formatTime(Date.now()), trialId);
  for (const [objective, value] of values.entries()) {
    await sql.run(TRIALS.insertValue, trialId, objective, ...encodeValue(value));
  }
  for (const [key, value] of Object.entries(await attrsOf(sql, trialId, outcome))) {
    if (value !== null) await sql.run(TRIALS.setAttr.system, trialId, key, formatJson(value));
  }
  const attempt = await latestAttempt(sql, trialId);
  // With the trial: an engine that dies in between would leave it open for ever.
  if (attempt !== undefined)
    await updateAttempt(sql, trialId, attempt.attempt, { ...end, endedAt: Date.now() });
  return true;
}

/** The latest attempt's token; without one, only a trial that this program claimed and never launched. */
async function mayFinish(sql: Sql, trialId: number, token: string | null): Promise<boolean> {
  const attempt = await latestAttempt(sql, trialId);
  return token === null ? attempt === undefined && (await isOurs(sql, trialId)) : attempt?.token === token;
}

/** The schema has no NaN among final values: such a trial has failed. */
function withoutNaN(outcome: TrialOutcome): TrialOutcome {
  if (outcome.state !== 'complete' || !outcome.values.some(Number.isNaN)) return outcome;
  return { state: 'fail', failure: { kind: 'diverged', message: 'the objective was NaN' } };
}

async function valuesOf(
  sql: Sql,
  trialId: number,
  { studyId, number }: TrialStatus,
  outcome: TrialOutcome,
): Promise<readonly number[]> {
  if (outcome.state === 'fail') return [];
  const objectives = (await sql.all(STUDIES.directions, studyId)).length;
  if (outcome.state === 'complete') {
    if (outcome.values.length === objectives) return outcome.values;
    throw new UsageError(
      `Trial ${number} ended with ${outcome.values.length} values; its study has ${objectives} objectives.`,
    );
  }
  if (objectives !== 1 || (await reportsAnotherMetric(sql, studyId))) return [];
  const last = await sql.get<{ value: number }>(TRIALS.lastFinite, trialId);
  return last === undefined ? [] : [last.value];
}

/** Then a report's value is none of the objective. */
async function reportsAnotherMetric(sql: Sql, studyId: number): Promise<boolean> {
  const { spec } = await loadStudy(sql, studyId);
  return spec !== null && !spec.objectives.includes(reportedObjective(spec));
}

async function attrsOf(sql: Sql, trialId: number, outcome: TrialOutcome): Promise<Record<string, Json>> {
  switch (outcome.state) {
    case 'complete':
      return {
        [TRIAL_ATTRS.metrics]: finiteOrNull(outcome.metrics),
        [TRIAL_ATTRS.artifact]: outcome.artifact as unknown as Json,
        [CONSTRAINTS_ATTR]: outcome.constraints ?? null,
        [TRIAL_ATTRS.details]: Object.keys(outcome.details).length > 0 ? finiteOrNull(outcome.details) : null,
      };
    case 'pruned':
      return { [TRIAL_ATTRS.metrics]: finiteOrNull(await lastMetrics(sql, trialId)) };
    case 'fail':
      return { [TRIAL_ATTRS.failure]: outcome.failure as unknown as Json };
  }
}

/** Attributes are read by others as plain JSON, which has no NaN and no infinity. */
function finiteOrNull(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

async function lastMetrics(sql: Sql, trialId: number): Promise<Json> {
  return parseJson((await sql.get<{ json: string }>(REPORTS.lastMetrics, trialId))?.json ?? null);
}
