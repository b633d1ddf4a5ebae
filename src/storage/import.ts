import { randomUUID } from 'node:crypto';
import { StorageError, UsageError } from '../domain/errors.ts';
import type { Study } from '../domain/study.ts';
import type {
  AttemptLine,
  EventLine,
  StoredNumber,
  StudyHead,
  StudyLine,
  TrialLine,
} from '../domain/study-lines.ts';
import { nextId } from './schema.ts';
import type { Sql } from './sql.ts';
import { EVENTS, EXCLUDED, REPORTS, STUDIES, TRIALS } from './statements.ts';
import { deleteStudy, loadStudy } from './studies.ts';
import { IMPORT } from './transfer-statements.ts';

/** Lines a transaction: the write lock is held well under a second. */
const CHUNK = 200;

type Write = <T>(body: (sql: Sql) => Promise<T>) => Promise<T>;

/** Where an import stands: a transaction may run again after a busy database, so each gets and returns one of its own. */
interface Place {
  readonly studyIds: readonly number[];
  /** Ids of the present study's trials, by number. */
  readonly trialIds: readonly number[];
}

/**
 * Makes the studies that the lines describe, all or none. A study keeps its uuid (its run folder) and its attempts keep
 * their tokens, unless this storage has them already.
 * @param nameOf what an imported study is to be called
 */
export async function importStudies(
  write: Write,
  lines: AsyncIterable<StudyLine>,
  nameOf: (name: string) => string,
): Promise<Study[]> {
  let place: Place = { studyIds: [], trialIds: [] };
  try {
    for await (const chunk of chunksOf(lines)) {
      const before = place;
      place = await write((sql) => importChunk(sql, before, chunk, nameOf));
    }
  } catch (error) {
    await write(async (sql) => {
      for (const id of place.studyIds) await deleteStudy(sql, id);
    });
    throw error;
  }
  return write((sql) => loadStudies(sql, place.studyIds));
}

async function* chunksOf(lines: AsyncIterable<StudyLine>): AsyncGenerator<StudyLine[]> {
  let chunk: StudyLine[] = [];
  for await (const line of lines) {
    chunk.push(line);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}

async function loadStudies(sql: Sql, ids: readonly number[]): Promise<Study[]> {
  const studies: Study[] = [];
  for (const id of ids) studies.push(await loadStudy(sql, id));
  return studies;
}

async function importChunk(
  sql: Sql,
  before: Place,
  chunk: readonly StudyLine[],
  nameOf: (name: string) => string,
): Promise<Place> {
  let place = before;
  for (const line of chunk) place = await importLine(sql, place, line, nameOf);
  return place;
}

async function importLine(
  sql: Sql,
  place: Place,
  line: StudyLine,
  nameOf: (name: string) => string,
): Promise<Place> {
  if (line.type === 'study') {
    const id = await insertStudy(sql, line, nameOf(line.name));
    return { studyIds: [...place.studyIds, id], trialIds: [] };
  }
  const studyId = place.studyIds.at(-1);
  if (studyId === undefined) throw new UsageError(`A ${line.type} comes before any study.`);
  if (line.type === 'event') {
    await insertEvent(sql, studyId, place.trialIds, line);
    return place;
  }
  if (line.number !== place.trialIds.length)
    throw new UsageError(`Trial ${line.number} comes where trial ${place.trialIds.length} should.`);
  return { ...place, trialIds: [...place.trialIds, await insertTrial(sql, studyId, line)] };
}

async function insertStudy(
  sql: Sql,
  { directions, userAttrs, systemAttrs, own }: StudyHead,
  name: string,
): Promise<number> {
  if ((await sql.get(STUDIES.id, name)) !== undefined)
    throw new UsageError(`Study "${name}" exists already.`, {
      fix: 'give the imported one another name: --rename NAME',
    });
  const id = await nextId(sql, 'study');
  await sql.run(STUDIES.insert, id, name);
  for (const [objective, direction] of directions.entries()) {
    await sql.run(STUDIES.insertDirection, id, objective, direction);
  }
  for (const [key, json] of userAttrs) await sql.run(STUDIES.setAttr.user, id, key, json);
  for (const [key, json] of systemAttrs) await sql.run(STUDIES.setAttr.system, id, key, json);
  if (own !== null) {
    const uuid = (await sql.get(IMPORT.uuid, own.uuid)) === undefined ? own.uuid : randomUUID();
    await sql.run(IMPORT.insertOwn, id, uuid, own.spec, own.specVersion, own.createdAt);
  }
  return id;
}

async function insertTrial(sql: Sql, studyId: number, line: TrialLine): Promise<number> {
  const id = await nextId(sql, 'trial');
  await sql.run(IMPORT.insertTrial, id, line.number, studyId, line.state, line.start, line.complete);
  for (const [objective, value] of line.values.entries()) {
    await sql.run(TRIALS.insertValue, id, objective, ...columnsOf(value));
  }
  for (const [name, value, distribution] of line.params)
    await sql.run(TRIALS.insertParams(1), id, name, value, distribution);
  for (const [step, value] of line.intermediate)
    await sql.run(IMPORT.insertIntermediate, id, step, ...columnsOf(value));
  for (const [key, json] of line.userAttrs) await sql.run(TRIALS.setAttr.user, id, key, json);
  for (const [key, json] of line.systemAttrs) await sql.run(TRIALS.setAttr.system, id, key, json);
  for (const [step, json] of line.metrics) await sql.run(REPORTS.setMetrics, id, step, json);
  for (const attempt of line.attempts) await insertAttempt(sql, studyId, id, attempt);
  if (line.excludedAt !== null) await sql.run(EXCLUDED.add, id, studyId, line.excludedAt);
  return id;
}

function columnsOf(value: StoredNumber): [number | null, string] {
  return typeof value === 'number' ? [value, 'FINITE'] : [null, value];
}

async function insertAttempt(sql: Sql, studyId: number, trialId: number, line: AttemptLine): Promise<void> {
  const token = (await sql.get(IMPORT.token, line.token)) === undefined ? line.token : randomUUID();
  const { attempt, launcher, host, gpu, dir, pid, pidStartTime, bootId, jobId } = line;
  const { reportOffset, endedAt, exitCode, signal, failure } = line;
  const start = [trialId, attempt, studyId, token, launcher, host, gpu, dir] as const;
  const process = [pid, pidStartTime, bootId, jobId] as const;
  await sql.run(IMPORT.insertAttempt, ...start, ...process, reportOffset, endedAt, exitCode, signal, failure);
}

async function insertEvent(
  sql: Sql,
  studyId: number,
  trialIds: readonly number[],
  line: EventLine,
): Promise<void> {
  const trialId = line.trial === null ? null : trialIds[line.trial];
  if (trialId === undefined)
    throw new StorageError(`An event speaks of trial ${line.trial}, which is not there.`);
  await sql.run(
    EVENTS.insert,
    await nextId(sql, 'event'),
    studyId,
    trialId,
    line.at,
    line.kind,
    line.payload,
  );
}
