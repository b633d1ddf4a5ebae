import { CATALOGUE, NEXT_ID, STUDIES, TRIALS } from '../statements.ts';

/** Only those that could be taken for ours: other programs may keep tables in the same schema. */
const TABLES = `SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()
  AND (tablename LIKE 'hpo\\_%' OR tablename IN ('studies', 'trials', 'alembic_version'))`;

/**
 * What PostgreSQL says otherwise. Rows are locked where SQLite has one lock for all writers: a study while trials or
 * events are added to it, a trial while it changes. Ids come from the sequences that Optuna's own inserts use.
 */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  [STUDIES.lock, `${STUDIES.lock} FOR UPDATE`],
  [TRIALS.status, `${TRIALS.status} FOR UPDATE`],
  [NEXT_ID.study, `SELECT nextval('studies_study_id_seq') AS value`],
  [NEXT_ID.trial, `SELECT nextval('trials_trial_id_seq') AS value`],
  [NEXT_ID.event, `SELECT nextval('hpo_events_event_id_seq') AS value`],
  [CATALOGUE.tables, TABLES],
  [CATALOGUE.table, 'SELECT 1 WHERE to_regclass(quote_ident(?)) IS NOT NULL'],
]);

/** A statement that each connection plans once. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

const known = new Map<string, Prepared>();

/** A statement of ours in PostgreSQL's words: numbered values, lists of ids as JSON. */
export function prepared(statement: string): Prepared {
  let found = known.get(statement);
  if (found === undefined) {
    const text = number((OTHERWISE.get(statement) ?? statement).replaceAll(ID_LIST, POSTGRES_ID_LIST));
    found = { name: `hpo_${known.size}`, text };
    known.set(statement, found);
  }
  return found;
}

const ID_LIST = 'SELECT value FROM json_each(?)';
const POSTGRES_ID_LIST = 'SELECT value::integer FROM json_array_elements_text(?::json)';

/** No statement of ours has a question mark inside quotes. */
function number(statement: string): string {
  let values = 0;
  return statement.replace(/\?/g, () => `$${++values}`);
}
