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
  read: <T>(body: (sql: Sql) => Promise<T>) => Promise<T>,
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

async function readHead(sql: Sql, studyId: number): Promise<StudyHead> {
  const { name } = await loadStudy(sql, studyId);
  const own = (await hasOwnTables(sql))
    ? await sql.get<NonNullable<StudyHead['own']>>(EXPORT.own, studyId)
    : undefined;
  return {
    type: 'study',
    name,
    directions: (await sql.all<{ direction: string }>(STUDIES.directions, studyId)).map(
      ({ direction }) => direction,
    ),
    userAttrs: (await sql.rows<AttrText>(EXPORT.userAttrs, studyId)).map(textOf),
    systemAttrs: (await sql.rows<AttrText>(EXPORT.systemAttrs, studyId)).map(textOf),
    own: own === undefined ? null : { ...own },
  };
}

type AttrText = readonly [key: string, json: string | null] & SqlRow;
const textOf = ([key, json]: AttrText): [string, string] => [key, json ?? 'null'];

type OwnedRow = readonly [trialId: number, ...rest: (string | number | null)[]];
type HeadRow = readonly [number, number, string, string | null, string | null];

async function readTrialLines(
  sql: Sql,
  studyId: number,
  afterId: number,
): Promise<{ trials: TrialLine[]; lastId: number }> {
  const heads = await sql.rows<HeadRow & SqlRow>(TRIALS.after, studyId, afterId, CHUNK);
  const ids = JSON.stringify(heads.map(([id]) => id));
  const rowsOf = async (statement: string) => groupRows(await sql.rows<OwnedRow & SqlRow>(statement, ids));
  const own = await hasOwnTables(sql);
  const parts = {
    values: await rowsOf(TRIALS.values),
    params: await rowsOf(TRIALS.params),
    intermediates: await rowsOf(TRIALS.intermediates),
    userAttrs: await rowsOf(TRIALS.userAttrsOf),
    systemAttrs: await rowsOf(TRIALS.systemAttrsOf),
    metrics: own ? await rowsOf(EXPORT.metrics) : groupRows([]),
    excluded: (await sql.get(CATALOGUE.table, 'hpo_excluded'))
      ? await rowsOf(EXPORT.excluded)
      : groupRows([]),
  };
  const attempts = own ? await sql.all<AttemptLine & { trialId: number }>(EXPORT.attempts, ids) : [];
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

async function readEvents(
  sql: Sql,
  studyId: number,
  afterId: number,
): Promise<(Omit<EventLine, 'type'> & { id: number })[]> {
  if (!(await hasOwnTables(sql))) return [];
  return await sql.all(EXPORT.events, studyId, afterId, CHUNK);
}
