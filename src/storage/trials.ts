import type { Distribution, Params } from '../domain/distribution.ts';
import { StorageError, UsageError } from '../domain/errors.ts';
import type { ClaimedTrial } from '../domain/ports.ts';
import type { Json, TrialState } from '../domain/trial.ts';
import { distributionKind, encodeParam, formatDistribution, parseDistribution } from './distribution-json.ts';
import { formatTime, parseState, STATE_TEXT } from './encodings.ts';
import { addEvent } from './events.ts';
import { type AttrRow, parseAttrs } from './own-properties.ts';
import { formatJson } from './python-json.ts';
import { hasOwnTables, nextId } from './schema.ts';
import type { Sql, SqlValue } from './sql.ts';
import { ATTEMPTS, EVENTS, TRIALS } from './statements.ts';
import { requireStudy } from './studies.ts';
import { fixedParamsOf } from './trial-rows.ts';

export async function enqueue(
  sql: Sql,
  studyId: number,
  fixedParams: Params,
  userAttrs: Readonly<Record<string, Json>>,
  systemAttrs: Readonly<Record<string, Json>>,
): Promise<number> {
  await requireStudy(sql, studyId);
  const { id, number } = await insertTrial(sql, studyId, 'waiting');
  for (const [key, value] of Object.entries({ ...systemAttrs, fixed_params: fixedParams })) {
    await sql.run(TRIALS.setAttr.system, id, key, formatJson(value));
  }
  for (const [key, value] of Object.entries(userAttrs)) {
    await sql.run(TRIALS.setAttr.user, id, key, formatJson(value));
  }
  await addEvent(sql, { studyId, trialId: id, kind: 'enqueued', payload: { number } });
  return number;
}

/**
 * Where waiting trials may be: a trial never goes back to waiting and new ones have larger ids, so each is looked at
 * once, not with every claim.
 */
export interface WaitingScan {
  scannedTo: number;
  readonly found: number[];
}

/** @param scan the caller's, one a study; only ever forgets trials that somebody else has claimed. */
export async function claimTrial(sql: Sql, studyId: number, scan: WaitingScan): Promise<ClaimedTrial> {
  await requireStudy(sql, studyId);
  const { id, number } =
    (await claimWaiting(sql, studyId, scan)) ?? (await insertTrial(sql, studyId, 'running'));
  await addEvent(sql, { studyId, trialId: id, kind: CLAIMED, payload: { number, pid: process.pid } });
  const systemAttrs = parseAttrs(await sql.rows<AttrRow>(TRIALS.systemAttrs, id));
  return { id, number, fixedParams: fixedParamsOf(systemAttrs), systemAttrs };
}

/** Marks a running trial as ours before its first attempt; a running trial without it is another program's. */
const CLAIMED = 'claimed';

async function claimWaiting(
  sql: Sql,
  studyId: number,
  scan: WaitingScan,
): Promise<{ id: number; number: number } | undefined> {
  const news = await sql.all<{ id: number }>(TRIALS.waiting, studyId, scan.scannedTo);
  for (const { id } of news) scan.found.push(id);
  scan.scannedTo = (await sql.get<{ id: number }>(TRIALS.lastId, studyId))!.id;
  while (scan.found.length > 0) {
    const id = scan.found[0]!;
    const claimed = await sql.get<{ number: number }>(TRIALS.claim, formatTime(Date.now()), id);
    // Kept in `found` on success: should this transaction fail, the trial still waits.
    if (claimed !== undefined) return { id, number: claimed.number };
    scan.found.shift();
  }
  return undefined;
}

async function insertTrial(
  sql: Sql,
  studyId: number,
  state: 'waiting' | 'running',
): Promise<{ id: number; number: number }> {
  const id = await nextId(sql, 'trial');
  const number = ((await sql.get<{ number: number }>(TRIALS.lastNumber, studyId))?.number ?? -1) + 1;
  const start = state === 'running' ? formatTime(Date.now()) : null;
  await sql.run(TRIALS.insert, id, number, studyId, STATE_TEXT[state], start);
  return { id, number };
}

/** The stored kind of each parameter name, by study id and name; the caller's, so that it is looked up once. */
export type KnownKinds = Map<string, string>;

/** @returns the trial's study */
export async function setParams(
  sql: Sql,
  trialId: number,
  { params, distributions }: { params: Params; distributions: Readonly<Record<string, Distribution>> },
  known: KnownKinds,
): Promise<number> {
  const { studyId } = await requireRunning(sql, trialId);
  await sql.run(TRIALS.deleteParams, trialId);
  const rows: SqlValue[][] = [];
  for (const [name, value] of Object.entries(params)) {
    const distribution = Object.hasOwn(distributions, name) ? distributions[name] : undefined;
    const stored = distribution === undefined ? null : encodeParam(distribution, value);
    if (distribution === undefined || stored === null) {
      throw new UsageError(`Parameter "${name}" cannot hold ${JSON.stringify(value)}.`, {
        details: distribution === undefined ? ['it has no distribution'] : [formatDistribution(distribution)],
      });
    }
    await requireSameKind(sql, { studyId, trialId, name, distribution }, known);
    rows.push([trialId, name, stored, formatDistribution(distribution)]);
  }
  if (rows.length > 0) await sql.run(TRIALS.insertParams(rows.length), ...rows.flat());
  return studyId;
}

/** Optuna refuses a study in which one name has two kinds of distribution. */
async function requireSameKind(
  sql: Sql,
  {
    studyId,
    trialId,
    name,
    distribution,
  }: { studyId: number; trialId: number; name: string; distribution: Distribution },
  known: KnownKinds,
): Promise<void> {
  const key = `${studyId} ${name}`;
  const kind = distributionKind(distribution);
  if (!known.has(key)) {
    const earlier = await sql.get<{ json: string }>(TRIALS.distributionOf, studyId, name, trialId);
    // The first of its name: not remembered, because this transaction may still be undone.
    if (earlier === undefined) return;
    known.set(key, distributionKind(parseDistribution(earlier.json)));
  }
  if (known.get(key) === kind) return;
  throw new UsageError(
    `Parameter "${name}" is ${known.get(key)} in this study; it cannot become ${kind} now.`,
    {
      fix: 'keep its kind and choices (bounds may change), or start another study with --study',
    },
  );
}

export async function setTrialAttr(
  sql: Sql,
  trialId: number,
  { kind, key, value }: { kind: 'user' | 'system'; key: string; value: Json },
): Promise<void> {
  await requireChangeable(sql, trialId);
  await sql.run(TRIALS.setAttr[kind], trialId, key, formatJson(value));
}

export interface TrialStatus {
  readonly studyId: number;
  readonly number: number;
  readonly state: TrialState;
}

export async function statusOf(sql: Sql, trialId: number): Promise<TrialStatus | undefined> {
  const row = await sql.get<{ studyId: number; number: number; state: string }>(TRIALS.status, trialId);
  return row && { ...row, state: parseState(row.state) };
}

/** Finished trials never change, because readers keep them; a running trial that is not ours is left alone. */
async function requireChangeable(sql: Sql, trialId: number): Promise<TrialStatus> {
  const trial = await statusOf(sql, trialId);
  if (trial === undefined) throw new StorageError(`The trial with id ${trialId} is no longer there.`);
  if (trial.state === 'waiting' || (trial.state === 'running' && (await isOurs(sql, trialId)))) return trial;
  throw new StorageError(
    trial.state === 'running'
      ? `Trial ${trial.number} is run by another program; hpo leaves it alone.`
      : `Trial ${trial.number} has ended (${trial.state}) and cannot be changed.`,
  );
}

/** A running trial of ours. */
export async function requireRunning(sql: Sql, trialId: number): Promise<TrialStatus> {
  const trial = await requireChangeable(sql, trialId);
  if (trial.state === 'running') return trial;
  throw new StorageError(`Trial ${trial.number} is ${trial.state}: it must be claimed first.`);
}

/** Whether this program, in whatever process, claimed the trial or launched it. */
export async function isOurs(sql: Sql, trialId: number): Promise<boolean> {
  if (!(await hasOwnTables(sql))) return false;
  return (
    (await sql.get(ATTEMPTS.latest, trialId)) !== undefined ||
    (await sql.get(EVENTS.ofTrial, trialId, CLAIMED)) !== undefined
  );
}
