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

type Write = <T>(body: (sql: Sql) => T) => Promise<T>;

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
      place = await write((sql) => chunk.reduce((at, line) => importLine(sql, at, line, nameOf), before));
    }
  } catch (error) {
    await write((sql) => {
      for (const id of place.studyIds) deleteStudy(sql, id);
    });
    throw error;
  }
  return write((sql) => place.studyIds.map((id) => loadStudy(sql, id)));
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

function importLine(sql: Sql, place: Place, line: StudyLine, nameOf: (name: string) => string): Place {
  if (line.type === 'study') {
    const id = insertStudy(sql, line, nameOf(line.name));
    return { studyIds: [...place.studyIds, id], trialIds: [] };
  }
  const studyId = place.studyIds.at(-1);
  if (studyId === undefined) throw new UsageError(`A ${line.type} comes before any study.`);
  if (line.type === 'event') {
    insertEvent(sql, studyId, place.trialIds, line);
    return place;
  }
  if (line.number !== place.trialIds.length)
    throw new UsageError(`Trial ${line.number} comes where trial ${place.trialIds.length} should.`);
  return { ...place, trialIds: [...place.trialIds, insertTrial(sql, studyId, line)] };
}

function insertStudy(sql: Sql, { directions, userAttrs, systemAttrs, own }: StudyHead, name: string): number {
  if (sql.get(STUDIES.id, name) !== undefined)
    throw new UsageError(`Study "${name}" exists already.`, {
      fix: 'give the imported one another name: --rename NAME',
    });
  const id = nextId(sql, 'study');
  sql.run(STUDIES.insert, id, name);
  directions.forEach((direction, objective) => {
    sql.run(STUDIES.insertDirection, id, objective, direction);
  });
  for (const [key, json] of userAttrs) sql.run(STUDIES.setAttr.user, id, key, json);
  for (const [key, json] of systemAttrs) sql.run(STUDIES.setAttr.system, id, key, json);
  if (own !== null) {
    const uuid = sql.get(IMPORT.uuid, own.uuid) === undefined ? own.uuid : randomUUID();
    sql.run(IMPORT.insertOwn, id, uuid, own.spec, own.specVersion, own.createdAt);
  }
  return id;
}

function insertTrial(sql: Sql, studyId: number, line: TrialLine): number {
  const id = nextId(sql, 'trial');
  sql.run(IMPORT.insertTrial, id, line.number, studyId, line.state, line.start, line.complete);
  line.values.forEach((value, objective) => {
    sql.run(TRIALS.insertValue, id, objective, ...columnsOf(value));
  });
  for (const [name, value, distribution] of line.params)
    sql.run(TRIALS.insertParam, id, name, value, distribution);
  for (const [step, value] of line.intermediate)
    sql.run(IMPORT.insertIntermediate, id, step, ...columnsOf(value));
  for (const [key, json] of line.userAttrs) sql.run(TRIALS.setAttr.user, id, key, json);
  for (const [key, json] of line.systemAttrs) sql.run(TRIALS.setAttr.system, id, key, json);
  for (const [step, json] of line.metrics) sql.run(REPORTS.setMetrics, id, step, json);
  for (const attempt of line.attempts) insertAttempt(sql, studyId, id, attempt);
  if (line.excludedAt !== null) sql.run(EXCLUDED.add, id, studyId, line.excludedAt);
  return id;
}

function columnsOf(value: StoredNumber): [number | null, string] {
  return typeof value === 'number' ? [value, 'FINITE'] : [null, value];
}

function insertAttempt(sql: Sql, studyId: number, trialId: number, line: AttemptLine): void {
  const token = sql.get(IMPORT.token, line.token) === undefined ? line.token : randomUUID();
  const { attempt, launcher, host, gpu, dir, pid, pidStartTime, bootId, jobId } = line;
  const { reportOffset, endedAt, exitCode, signal, failure } = line;
  const start = [trialId, attempt, studyId, token, launcher, host, gpu, dir] as const;
  const process = [pid, pidStartTime, bootId, jobId] as const;
  sql.run(IMPORT.insertAttempt, ...start, ...process, reportOffset, endedAt, exitCode, signal, failure);
}

function insertEvent(sql: Sql, studyId: number, trialIds: readonly number[], line: EventLine): void {
  const trialId = line.trial === null ? null : trialIds[line.trial];
  if (trialId === undefined)
    throw new StorageError(`An event speaks of trial ${line.trial}, which is not there.`);
  sql.run(EVENTS.insert, nextId(sql, 'event'), studyId, trialId, line.at, line.kind, line.payload);
}
