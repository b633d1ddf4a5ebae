import type { Sql } from './sql.ts';
import { CATALOGUE } from './statements.ts';

/** Each statement lists what must not be. */
const FAULTS: readonly { readonly what: string; readonly table: string; readonly statement: string }[] = [
  {
    what: 'trials are not numbered densely from 0 in study',
    table: 'trials',
    statement: `SELECT study_id AS id FROM trials GROUP BY study_id
      HAVING COUNT(*) <> MAX(number) + 1 OR COUNT(DISTINCT number) <> COUNT(*)`,
  },
  {
    what: 'a complete trial has not one value an objective: trial id',
    table: 'trials',
    statement: `SELECT t.trial_id AS id FROM trials t WHERE t.state = 'COMPLETE' AND
      (SELECT COUNT(*) FROM trial_values v WHERE v.trial_id = t.trial_id) <>
      (SELECT COUNT(*) FROM study_directions d WHERE d.study_id = t.study_id)`,
  },
  {
    what: 'a study has no direction: study id',
    table: 'studies',
    statement: `SELECT study_id AS id FROM studies
      WHERE study_id NOT IN (SELECT study_id FROM study_directions WHERE study_id IS NOT NULL)`,
  },
  {
    what: 'an attempt of a trial that is not there: trial id',
    table: 'hpo_attempts',
    statement: 'SELECT trial_id AS id FROM hpo_attempts WHERE trial_id NOT IN (SELECT trial_id FROM trials)',
  },
  {
    what: 'metrics of a trial that is not there: trial id',
    table: 'hpo_metrics',
    statement:
      'SELECT DISTINCT trial_id AS id FROM hpo_metrics WHERE trial_id NOT IN (SELECT trial_id FROM trials)',
  },
];

/** What contradicts itself in a database, one line each; empty when it is sound. */
export async function findContradictions(sql: Sql): Promise<string[]> {
  const odd: string[] = [];
  for (const { what, table, statement } of FAULTS) {
    if ((await sql.get(CATALOGUE.table, table)) === undefined) continue;
    for (const { id } of await sql.all<{ id: number }>(statement)) odd.push(`${what} ${id}`);
  }
  return odd;
}
