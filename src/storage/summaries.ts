import type { StudySummary } from '../domain/ports.ts';
import type { Study } from '../domain/study.ts';
import { type FinishedTrial, TRIAL_STATES, type TrialState } from '../domain/trial.ts';
import { parseState, parseTime } from './encodings.ts';
import { listExcluded } from './excluded.ts';
import type { Sql } from './sql.ts';
import { STUDIES } from './statements.ts';
import { listStudies } from './studies.ts';
import { readTrialsById } from './trial-rows.ts';

/** Counts and the best trial of every study, without reading their trials. */
export function summarizeStudies(sql: Sql): StudySummary[] {
  const counts = countStates(sql);
  return listStudies(sql).map((study) => ({
    study,
    states: counts.get(study.id) ?? emptyCounts(),
    best: findBest(sql, study),
    lastStartedAt: parseTime(sql.get<{ at: string | null }>(STUDIES.lastStart, study.id)?.at ?? null),
  }));
}

function countStates(sql: Sql): Map<number, Record<TrialState, number>> {
  const counts = new Map<number, Record<TrialState, number>>();
  for (const { id, state, n } of sql.all<{ id: number; state: string; n: number }>(STUDIES.countStates)) {
    const states = counts.get(id) ?? emptyCounts();
    counts.set(id, states);
    states[parseState(state)] = n;
  }
  return counts;
}

const emptyCounts = (): Record<TrialState, number> =>
  Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Record<TrialState, number>;

/** By the first objective; the earliest of equals, excluded ones left out. */
function findBest(sql: Sql, { id, directions }: Study): FinishedTrial | null {
  const sign = directions[0] === 'maximize' ? -1 : 1;
  const best = sql.get<{ id: number }>(STUDIES.best, id, JSON.stringify(listExcluded(sql, id)), sign);
  return best === undefined ? null : (readTrialsById(sql, [best.id])[0] as FinishedTrial);
}
