import { findBestTrial } from '../domain/best-trials.ts';
import { CONSTRAINTS_ATTR, isFeasible } from '../domain/constraint.ts';
import type { StudySummary } from '../domain/ports.ts';
import type { Study } from '../domain/study.ts';
import { type FinishedTrial, TRIAL_STATES, type TrialState } from '../domain/trial.ts';
import { parseState, parseTime } from './encodings.ts';
import { listExcluded } from './excluded.ts';
import { parseJson } from './python-json.ts';
import type { Sql } from './sql.ts';
import { STUDIES } from './statements.ts';
import { listStudies } from './studies.ts';
import { readTrialsById } from './trial-rows.ts';

/** Counts and the best trial of every study, without reading their trials. */
export async function summarizeStudies(sql: Sql): Promise<StudySummary[]> {
  const counts = await countStates(sql);
  const summaries: StudySummary[] = [];
  for (const study of await listStudies(sql)) {
    summaries.push({
      study,
      states: counts.get(study.id) ?? emptyCounts(),
      best: await findBest(sql, study),
      lastStartedAt: parseTime(
        (await sql.get<{ at: string | null }>(STUDIES.lastStart, study.id))?.at ?? null,
      ),
    });
  }
  return summaries;
}

async function countStates(sql: Sql): Promise<Map<number, Record<TrialState, number>>> {
  const counts = new Map<number, Record<TrialState, number>>();
  for (const { id, state, n } of await sql.all<{ id: number; state: string; n: number }>(
    STUDIES.countStates,
  )) {
    const states = counts.get(id) ?? emptyCounts();
    counts.set(id, states);
    states[parseState(state)] = n;
  }
  return counts;
}

const emptyCounts = (): Record<TrialState, number> =>
  Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Record<TrialState, number>;

/**
 * By the first objective, of equals by the others and then the earliest, without excluded ones and those that break their
 * constraints.
 */
async function findBest(sql: Sql, { id, directions }: Study): Promise<FinishedTrial | null> {
  const sign = directions[0] === 'maximize' ? -1 : 1;
  const left = JSON.stringify([...(await listExcluded(sql, id)), ...(await listInfeasible(sql, id))]);
  const best = await sql.get<{ id: number }>(STUDIES.best, id, left, sign, sign);
  if (best === undefined) return null;
  const tied =
    directions.length === 1 ? [best] : await sql.all<{ id: number }>(STUDIES.tied, best.id, id, left);
  const trials = await readTrialsById(
    sql,
    tied.map((trial) => trial.id),
  );
  return findBestTrial(
    { directions },
    trials.sort((a, b) => a.number - b.number),
  );
}

async function listInfeasible(sql: Sql, studyId: number): Promise<number[]> {
  const rows = await sql.all<{ id: number; json: string | null }>(
    STUDIES.attrOfTrials,
    studyId,
    CONSTRAINTS_ATTR,
  );
  return rows
    .filter(({ json }) => !isFeasible({ systemAttrs: { [CONSTRAINTS_ATTR]: parseJson(json) } }))
    .map(({ id }) => id);
}
