import type {
  AttemptLine,
  EventLine,
  StoredNumber,
  StudyHead,
  StudyLine,
  TrialLine,
} from '../domain/study-lines.ts';
import { hasOwnTables } from './schema.ts';
import type { Sql, SqlRow } from './sql.ts';
import { CATALOGUE, STUDIES, TRIALS } from './statements.ts';
import { loadStudy } from './studies.ts';
import { EXPORT } from './transfer-statements.ts';

/** Trials or events a transaction: short enough for writers and for the event loop. */
const CHUNK = 250;

/** All rows of a study, from several short transactions: what finished before the first of them is complete. */
export async function* exportStudy(
  read: <T>(body: (sql: Sql) => T) => Promise<T>,
  studyId: number,
): AsyncGenerator<StudyLine> {
  yield await read((sql) => readHead(sql, studyId));
  for (let afterId = 0; ; ) {
    const { trials, lastId } = await read((sql) => readTrialLines(sql, studyId, afterId));
    yield* trials;
    if (trials.length < CHUNK) break;
    afterId = lastId;
  }
  for (let afterId = 0; ; ) {
    const events = await read((sql) => readEvents(sql, studyId, afterId));
    for (const { id: _, ...event } of events) yield { type: 'event', ...event };
    if (events.length < CHUNK) return;
    afterId = events.at(-1)!.id;
  }
}

function readHead(sql: Sql, studyId: number): StudyHead {
  const { name } = loadStudy(sql, studyId);
  const own = hasOwnTables(sql) ? sql.get<NonNullable<StudyHead['own']>>(EXPORT.own, studyId) : undefined;
  return {
    type: 'study',
    name,
    directions: sql.all<{ direction: string }>(STUDIES.directions, studyId).map(({ direction }) => direction),
    userAttrs: sql.rows<AttrText>(EXPORT.userAttrs, studyId).map(textOf),
    systemAttrs: sql.rows<AttrText>(EXPORT.systemAttrs, studyId).map(textOf),
    own: own === undefined ? null : { ...own },
  };
}

type AttrText = readonly [key: string, json: string | null] & SqlRow;
const textOf = ([key, json]: AttrText): [string, string] => [key, json ?? 'null'];

type OwnedRow = readonly [trialId: number, ...rest: (string | number | null)[]];
type HeadRow = readonly [number, number, string, string | null, string | null];

function readTrialLines(sql: Sql, studyId: number, afterId: number): { trials: TrialLine[]; lastId: number } {
  const heads = sql.rows<HeadRow & SqlRow>(TRIALS.after, studyId, afterId, CHUNK);
  const ids = JSON.stringify(heads.map(([id]) => id));
  const rowsOf = (statement: string) => groupRows(sql.rows<OwnedRow & SqlRow>(statement, ids));
  const own = hasOwnTables(sql);
  const parts = {
    values: rowsOf(TRIALS.values),
    params: rowsOf(TRIALS.params),
    intermediates: rowsOf(TRIALS.intermediates),
    userAttrs: rowsOf(TRIALS.userAttrsOf),
    systemAttrs: rowsOf(TRIALS.systemAttrsOf),
    metrics: own ? rowsOf(EXPORT.metrics) : groupRows([]),
    excluded: sql.get(CATALOGUE.table, 'hpo_excluded') ? rowsOf(EXPORT.excluded) : groupRows([]),
  };
  const attempts = own ? sql.all<AttemptLine & { trialId: number }>(EXPORT.attempts, ids) : [];
  const trials = heads.map(
    ([id, number, state, start, complete]): TrialLine => ({
      type: 'trial',
      number,
      state,
      start,
      complete,
      values: parts.values(id).map(([value, type]) => storedNumber(value, type)),
      params: parts.params(id) as unknown as TrialLine['params'],
      intermediate: parts
        .intermediates(id)
        .map(([step, value, type]) => [step as number, storedNumber(value, type)] as const),
      userAttrs: parts.userAttrs(id).map((row) => textOf(row as unknown as AttrText)),
      systemAttrs: parts.systemAttrs(id).map((row) => textOf(row as unknown as AttrText)),
      metrics: parts.metrics(id) as unknown as TrialLine['metrics'],
      attempts: attempts.filter(({ trialId }) => trialId === id).map(({ trialId: _, ...attempt }) => attempt),
      excludedAt: (parts.excluded(id)[0]?.[0] as number | undefined) ?? null,
    }),
  );
  return { trials, lastId: heads.at(-1)?.[0] ?? afterId };
}

/** The rows of each trial, without its id. */
function groupRows(rows: readonly OwnedRow[]): (trialId: number) => (string | number | null)[][] {
  const groups = new Map<number, (string | number | null)[][]>();
  for (const [id, ...rest] of rows) {
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [rest]);
    else group.push(rest);
  }
  return (id) => groups.get(id) ?? [];
}

function storedNumber(value: unknown, type: unknown): StoredNumber {
  if (type !== 'FINITE') return type as StoredNumber;
  return (value as number | null) ?? 'NAN';
}

function readEvents(
  sql: Sql,
  studyId: number,
  afterId: number,
): (Omit<EventLine, 'type'> & { id: number })[] {
  if (!hasOwnTables(sql)) return [];
  return sql.all(EXPORT.events, studyId, afterId, CHUNK);
}
