import { StorageError, UsageError } from '../domain/errors.ts';
import { addEvent } from './events.ts';
import type { Sql } from './sql.ts';
import { CATALOGUE, EXCLUDED } from './statements.ts';
import { statusOf } from './trials.ts';

/** Ids of the study's trials that count for nothing. A database of an earlier hpo, or of Optuna, has no such marks. */
export async function listExcluded(sql: Sql, studyId: number): Promise<number[]> {
  if ((await sql.get(CATALOGUE.table, 'hpo_excluded')) === undefined) return [];
  return (await sql.all<{ id: number }>(EXCLUDED.ofStudy, studyId)).map(({ id }) => id);
}

/** The mark lies in a table of ours: finished trials never change. */
export async function setExcluded(sql: Sql, trialId: number, isExcluded: boolean): Promise<void> {
  const trial = await statusOf(sql, trialId);
  if (trial === undefined) throw new StorageError(`The trial with id ${trialId} is no longer there.`);
  const { studyId, number, state } = trial;
  if (state === 'running' || state === 'waiting')
    throw new UsageError(`Trial ${number} is ${state}; only a finished one can be excluded.`);
  const changed = isExcluded
    ? await sql.run(EXCLUDED.add, trialId, studyId, Date.now())
    : await sql.run(EXCLUDED.remove, trialId);
  if (changed === 0) return;
  await addEvent(sql, { studyId, trialId, kind: isExcluded ? 'excluded' : 'included', payload: { number } });
}
