import type { HpoEvent } from '../domain/ports.ts';
import type { Json } from '../domain/trial.ts';
import { formatJson, parseJson } from './python-json.ts';
import { hasOwnTables, nextId } from './schema.ts';
import type { Sql } from './sql.ts';
import { EVENTS, STUDIES } from './statements.ts';

export interface NewEvent {
  readonly studyId: number;
  readonly trialId: number | null;
  readonly kind: string;
  readonly payload: Json;
}

/** Appends; events are never changed. */
export async function addEvent(sql: Sql, { studyId, trialId, kind, payload }: NewEvent): Promise<void> {
  // So that ids are in the order in which they can be seen: a reader goes on after the last one it saw.
  await sql.get(STUDIES.lock, studyId);
  const id = await nextId(sql, 'event');
  await sql.run(EVENTS.insert, id, studyId, trialId, Date.now(), kind, formatJson(payload));
}

export async function listEvents(sql: Sql, studyId: number, afterId: number): Promise<HpoEvent[]> {
  if (!(await hasOwnTables(sql))) return [];
  const rows = await sql.all<HpoEvent & { readonly payload: string }>(EVENTS.after, studyId, afterId);
  return rows.map((row) => ({ ...row, payload: parseJson(row.payload) }));
}
