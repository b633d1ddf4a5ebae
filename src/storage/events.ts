import type { HpoEvent } from '../domain/ports.ts';
import type { Json } from '../domain/trial.ts';
import { formatJson, parseJson } from './python-json.ts';
import { hasOwnTables, nextId } from './schema.ts';
import type { Sql } from './sql.ts';
import { EVENTS } from './statements.ts';

export interface NewEvent {
  readonly studyId: number;
  readonly trialId: number | null;
  readonly kind: string;
  readonly payload: Json;
}

/** Appends; events are never changed. */
export function addEvent(sql: Sql, { studyId, trialId, kind, payload }: NewEvent): void {
  const id = nextId(sql, 'event');
  sql.run(EVENTS.insert, id, studyId, trialId, Date.now(), kind, formatJson(payload));
}

export function listEvents(sql: Sql, studyId: number, afterId: number): HpoEvent[] {
  if (!hasOwnTables(sql)) return [];
  return sql
    .all<HpoEvent & { readonly payload: string }>(EVENTS.after, studyId, afterId)
    .map((row) => ({ ...row, payload: parseJson(row.payload) }));
}
