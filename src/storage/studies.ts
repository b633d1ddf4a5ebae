import { createHash, randomUUID } from 'node:crypto';
import { NotFoundError, UsageError } from '../domain/errors.ts';
import type { Direction } from '../domain/objective.ts';
import type { NewStudy } from '../domain/ports.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { Study, StudySpec } from '../domain/study.ts';
import type { Json } from '../domain/trial.ts';
import { formatDirection, parseDirection } from './encodings.ts';
import { addEvent } from './events.ts';
import { type AttrRow, parseAttrs } from './own-properties.ts';
import { formatJson, parseJson } from './python-json.ts';
import { hasOwnTables, nextId } from './schema.ts';
import type { Sql } from './sql.ts';
import { DELETE_TRIALS, STUDIES, TRIALS } from './statements.ts';

/** Raised when the meaning of a stored spec changes. */
const SPEC_VERSION = 1;
/** Where Optuna and its dashboard look for the objectives' names. */
const METRIC_NAMES = 'study:metric_names';

interface StudyRow {
  readonly id: number;
  readonly name: string;
  readonly uuid: string | null;
  readonly spec: string | null;
}

export async function createStudy(sql: Sql, { name, spec }: NewStudy): Promise<Study> {
  requireName(name);
  if ((await sql.get(STUDIES.id, name)) !== undefined) {
    throw new UsageError(`Study "${name}" exists already.`, {
      fix: 'use it with --study, pass --skip-if-exists, or choose another name',
    });
  }
  const id = await nextId(sql, 'study');
  await sql.run(STUDIES.insert, id, name);
  await insertDirections(sql, id, directionsOf(spec));
  await storeSpec(sql, id, spec);
  await addEvent(sql, { studyId: id, trialId: null, kind: 'created', payload: { name } });
  return await loadStudy(sql, id);
}

/** Other programs may have given names that would pass for further lines of a message. */
const oneLine = (name: string): string => name.replace(/\s+/g, ' ');

/** The width of the schema's column, which SQLite does not enforce and other databases do. */
const MAX_NAME = 512;

function requireName(name: string): void {
  if (name.trim() === '') throw new UsageError('A study needs a name.');
  if (name.includes('\0')) throw new UsageError('The name of a study cannot hold a NUL character.');
  if (name.length <= MAX_NAME) return;
  throw new UsageError(`A study's name has at most ${MAX_NAME} characters; this one has ${name.length}.`, {
    fix: 'shorten it',
  });
}

export async function listStudies(sql: Sql): Promise<Study[]> {
  const statement = (await hasOwnTables(sql)) ? STUDIES.all : STUDIES.allForeign;
  const studies: Study[] = [];
  for (const row of await sql.all<StudyRow>(statement)) studies.push(await parseStudy(sql, row));
  return studies;
}

export async function findStudy(sql: Sql, name: string, shown: string): Promise<Study> {
  const id = (await sql.get<{ id: number }>(STUDIES.id, name))?.id;
  if (id !== undefined) return await loadStudy(sql, id);
  const names = (await sql.all<StudyRow>(STUDIES.allForeign)).map((row) => row.name);
  throw new NotFoundError(`study "${name}" not found in ${shown}`, {
    details: [names.length > 0 ? `it holds: ${names.map(oneLine).join(', ')}` : 'it holds no studies'],
    fix:
      names.length > 0
        ? `hpo studies, or --study ${shellWord(names[0]!)}`
        : 'hpo create-study, or hpo optimize',
  });
}

/** @throws {NotFoundError} when another process has deleted it. */
export async function loadStudy(sql: Sql, studyId: number): Promise<Study> {
  const row = (await hasOwnTables(sql))
    ? await sql.get<StudyRow>(STUDIES.byId, studyId)
    : await sql.get<StudyRow>(STUDIES.byIdForeign, studyId);
  if (row === undefined) throw studyGone(studyId);
  return await parseStudy(sql, row);
}

export async function requireStudy(sql: Sql, studyId: number): Promise<void> {
  if ((await sql.get(STUDIES.lock, studyId)) === undefined) throw studyGone(studyId);
}

const studyGone = (studyId: number): NotFoundError =>
  new NotFoundError(`The study with id ${studyId} is no longer there; it was deleted.`, {
    fix: 'hpo studies',
  });

export async function updateSpec(sql: Sql, studyId: number, spec: StudySpec): Promise<Study> {
  const before = await loadStudy(sql, studyId);
  const directions = directionsOf(spec);
  if (directions.join() !== before.directions.join()) {
    // Trials that were judged by one direction can't be read by another.
    if ((await sql.get(TRIALS.lastNumber, studyId)) !== undefined) {
      throw new UsageError(
        `Study "${before.name}" has trials that ${before.directions.join(' and ')}; it can't ${directions.join(' and ')} now.`,
        { fix: 'start another study with --study' },
      );
    }
    await sql.run(STUDIES.deleteDirections, studyId);
    await insertDirections(sql, studyId, directions);
  }
  await storeSpec(sql, studyId, spec);
  return await loadStudy(sql, studyId);
}

export async function setStudyAttr(
  sql: Sql,
  studyId: number,
  kind: 'user' | 'system',
  key: string,
  value: Json,
): Promise<void> {
  await requireStudy(sql, studyId);
  await sql.run(STUDIES.setAttr[kind], studyId, key, formatJson(value));
}

/** Everything, in every table; the triggers of our own tables take theirs along. */
export async function deleteStudy(sql: Sql, studyId: number): Promise<void> {
  await requireStudy(sql, studyId);
  for (const statement of DELETE_TRIALS) await sql.run(statement, studyId);
  await sql.run(STUDIES.deleteDirections, studyId);
  await sql.run(STUDIES.deleteUserAttrs, studyId);
  await sql.run(STUDIES.deleteSystemAttrs, studyId);
  await sql.run(STUDIES.delete, studyId);
}

const directionsOf = (spec: StudySpec): Direction[] => spec.objectives.map(({ direction }) => direction);

/** Inserted in order: readers of the schema don't sort them. */
async function insertDirections(sql: Sql, studyId: number, directions: readonly Direction[]): Promise<void> {
  if (directions.length === 0) throw new UsageError('A study needs at least one objective.');
  for (const [objective, direction] of directions.entries()) {
    await sql.run(STUDIES.insertDirection, studyId, objective, formatDirection(direction));
  }
}

async function storeSpec(sql: Sql, studyId: number, spec: StudySpec): Promise<void> {
  const json = formatJson(spec as unknown as Json);
  await sql.run(STUDIES.insertSpec, studyId, randomUUID(), json, SPEC_VERSION, Date.now());
  await sql.run(
    STUDIES.setAttr.system,
    studyId,
    METRIC_NAMES,
    formatJson(spec.objectives.map(({ metric }) => metric)),
  );
}

async function parseStudy(sql: Sql, { id, name, uuid, spec }: StudyRow): Promise<Study> {
  const directions = await sql.all<{ direction: string }>(STUDIES.directions, id);
  return {
    id,
    name,
    uuid: uuid ?? foreignUuid(id, name),
    directions: directions.map(({ direction }) => parseDirection(direction)),
    spec: spec === null ? null : (parseJson(spec) as unknown as StudySpec),
    userAttrs: parseAttrs(await sql.rows<AttrRow>(STUDIES.userAttrs, id)),
    systemAttrs: parseAttrs(await sql.rows<AttrRow>(STUDIES.systemAttrs, id)),
  };
}

/** A study that another program made has no uuid until a spec is bound to it: the same one at every reading. */
function foreignUuid(id: number, name: string): string {
  const hex = createHash('sha256').update(`${id}:${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
