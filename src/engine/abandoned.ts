import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Params } from '../domain/distribution.ts';
import type { AttemptRecord } from '../domain/ports.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import {
  ATTEMPT_FILES,
  type AttemptStarted,
  assertInside,
  type ProcessIdentity,
  readLease,
  readRecord,
  takeLease,
  takeOverLease,
} from '../protocol/index.ts';
import { type AskedTrial, sampleClaimed } from './ask.ts';
import { type Attempt, goneTrial } from './attempt.ts';
import { extraParams } from './choose-params.ts';
import { costsRetry, isDeath } from './judge.ts';
import type { Task } from './run-trial.ts';
import { folderOf, isEngineGone, type Search } from './search.ts';

/**
 * Takes over the running trials whose engine is proven gone: a live process is adopted and followed on from where the
 * storage stands, a dead one is judged by what it left, and a number that got no params is sampled. Trials of live
 * engines, of other run folders and of other programs are left alone.
 */
export async function takeOverAbandoned(search: Search): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const trial of await listRunning(search)) {
    if (search.mine.has(trial.number)) continue;
    const isGone = (engine: ProcessIdentity) => isEngineGone(search, engine);
    if (!(await takeOverLease(folderOf(search, trial.number), isGone))) continue;
    search.mine.add(trial.number);
    tasks.push(await resume(search, trial));
  }
  return tasks;
}

/** An engine that lives takes milliseconds from claiming a number to its lease. */
const CLAIM_TO_LEASE_MS = 2000;

/**
 * Takes over numbers whose engine died between claiming them and taking the lease: marked in the storage as claimed by
 * this program, and still without lease, params or attempt after a while. An engine that was only slow finds its lease
 * taken and lets go.
 */
export async function takeOverClaims(search: Search): Promise<Task[]> {
  if ((await listBareClaims(search)).length === 0) return [];
  await sleep(CLAIM_TO_LEASE_MS);
  const tasks: Task[] = [];
  for (const trial of await listBareClaims(search)) {
    if (!(await takeLease(folderOf(search, trial.number), 0))) continue;
    search.mine.add(trial.number);
    tasks.push(await resume(search, trial));
  }
  return tasks;
}

async function listBareClaims(search: Search): Promise<FrozenTrial[]> {
  const { parts, study } = search;
  const bare = (await listRunning(search)).filter(
    ({ number, params }) => !search.mine.has(number) && Object.keys(params).length === 0,
  );
  if (bare.length === 0) return [];
  const events = await parts.storage.listEvents(study.id);
  const claimed = new Set(events.filter(({ kind }) => kind === 'claimed').map(({ trialId }) => trialId));
  const found: FrozenTrial[] = [];
  for (const trial of bare) {
    const isLeased = (await readLease(folderOf(search, trial.number))) !== null;
    const wasRun = (await parts.storage.listAttempts(trial.id)).length > 0;
    if (claimed.has(trial.id) && !isLeased && !wasRun) found.push(trial);
  }
  return found;
}

/** Running trials of other engines that still live. */
export async function countOthersRunning(search: Search): Promise<number> {
  let count = 0;
  for (const { number } of await listRunning(search)) {
    const lease = search.mine.has(number) ? null : await readLease(folderOf(search, number));
    if (lease !== null && !(await isEngineGone(search, lease.holder))) count++;
  }
  return count;
}

async function listRunning({ lookUp }: Search): Promise<FrozenTrial[]> {
  return (await lookUp()).open.filter(({ state }) => state === 'running');
}

async function resume(search: Search, trial: FrozenTrial): Promise<Task> {
  const attempts = await search.parts.storage.listAttempts(trial.id);
  const last = attempts.at(-1);
  const open = last !== undefined && last.endedAt === null ? last : null;
  return {
    trial: await askedBefore(search, trial, last !== undefined),
    adopted: open === null ? null : await adopt(search, trial.number, open),
    values: open === null ? new Map() : trial.intermediateValues,
    retriesUsed: attempts.filter(({ failure }) => failure !== null && costsRetry(failure)).length,
    deaths: attempts.filter(({ failure }) => failure !== null && isDeath(failure)).length,
    lastToken: last?.token ?? null,
    nextAttempt: last === undefined ? 0 : last.attempt + 1,
  };
}

/** The params it has, or new ones for a number that was claimed and no more: an engine died in between. */
async function askedBefore(search: Search, trial: FrozenTrial, wasRun: boolean): Promise<AskedTrial> {
  const { id, number, params } = trial;
  const fixedParams = (trial.systemAttrs['fixed_params'] as Params | undefined) ?? {};
  if (wasRun || Object.keys(params).length > 0) {
    const extra = extraParams(fixedParams, params, search.study.spec.space);
    return { id, number, params, extra, warnings: [] };
  }
  return sampleClaimed(search.study, search.parts, { id, number, fixedParams });
}

/** Follows an attempt of an earlier engine on, or looks at what it left. */
export async function adopt(search: Search, number: number, record: AttemptRecord): Promise<Attempt> {
  const { attempt, token, gpu, reportOffset } = record;
  // Where it must lie; what the database says could lead anywhere.
  const dir = join(folderOf(search, number), String(attempt));
  const isOwn = await isOwnFolder(search, dir);
  const running = isOwn ? await search.parts.launcher.adopt({ ...record, dir }) : null;
  const ageMs = await readAge(dir);
  return {
    attempt,
    token,
    dir,
    gpu,
    running: running ?? goneTrial({ token, dir }),
    reportOffset,
    ageMs,
    isOrphan: isOwn && running === null && existsSync(join(dir, ATTEMPT_FILES.started)),
  };
}

async function isOwnFolder({ options }: Search, dir: string): Promise<boolean> {
  try {
    await assertInside(options.runsDir, dir);
    return true;
  } catch {
    return false;
  }
}

/** How long an adopted attempt has run, less what it was suspended: its start and now are both in ticks of 10 ms since boot (Linux; else unknown). */
async function readAge(dir: string): Promise<number> {
  try {
    const started = await readRecord<AttemptStarted>(dir, ATTEMPT_FILES.started);
    const uptimeMs = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]) * 1000;
    const suspended = await readRecord<{ readonly seconds: number }>(dir, ATTEMPT_FILES.suspended);
    const suspendedMs = (suspended?.seconds ?? 0) * 1000;
    return Math.max(0, uptimeMs - Number(started!.pidStartTime) * 10 - suspendedMs) || 0;
  } catch {
    return 0;
  }
}
