import { randomUUID } from 'node:crypto';
import { appendFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HpoError, SupersededError, UsageError } from '../domain/errors.ts';
import type { Launcher, LaunchRequest, RunningTrial } from '../domain/ports.ts';
import { mixSeed } from '../domain/random.ts';
import {
  ATTEMPT_FILES,
  type AttemptStarted,
  createAttemptFolder,
  readRecord,
  writeRequest,
} from '../protocol/index.ts';
import { type AskedTrial, runParams } from './ask.ts';
import { inheritCheckpoint } from './checkpoint.ts';
import { findKeepAbove } from './kept-models.ts';
import { folderOf, type Search } from './search.ts';

/** One run of a trial, as the engine follows it. */
export interface Attempt {
  readonly attempt: number;
  readonly token: string;
  readonly dir: string;
  readonly gpu: string | null;
  readonly running: RunningTrial;
  /** Where following begins: elsewhere than at 0 for an adopted attempt. */
  readonly reportOffset: number;
  /** What an adopted attempt has already used of its time. */
  readonly ageMs: number;
  /** Its process had started, and both it and the engine that started it were gone when it was taken over. */
  readonly isOrphan: boolean;
}

/** Makes the attempt's folder, puts it on record, and starts it. */
export async function startAttempt(
  search: Search,
  trial: AskedTrial,
  next: { readonly attempt: number; readonly gpu: string | null },
): Promise<Attempt> {
  const { storage, launcher } = search.parts;
  const { gpu } = next;
  const token = randomUUID();
  const { dir, attempt } = await prepareFolder(search, trial, { first: next.attempt, token });
  const record = { trialId: trial.id, attempt, token, launcher: launcher.name, host: hostname(), gpu, dir };
  await storage.createAttempt(record);
  const env: Record<string, string> = gpu === null ? {} : { CUDA_VISIBLE_DEVICES: gpu };
  const running = await launch(launcher, { trialNumber: trial.number, token, dir, env, gpu });
  const started = await readRecord<AttemptStarted>(dir, ATTEMPT_FILES.started);
  await storage.updateAttempt(trial.id, attempt, {
    pid: running.pid,
    pidStartTime: started?.pidStartTime ?? null,
    bootId: started?.bootId ?? null,
    jobId: running.jobId,
  });
  return { attempt, token, dir, gpu, running, reportOffset: 0, ageMs: 0, isOrphan: false };
}

/** The next attempt's folder, whole or not at all: what a full disk cut short would only fill it further. */
async function prepareFolder(
  search: Search,
  trial: AskedTrial,
  { first, token }: { readonly first: number; readonly token: string },
): Promise<{ readonly dir: string; readonly attempt: number }> {
  const { dir, attempt } = await createAttemptFolder(folderOf(search, trial.number), first);
  try {
    await inheritCheckpoint(search.options.runsDir, dir, attempt);
    await writeRequest(dir, await buildRequest(search, trial, { attempt, token }));
    return { dir, attempt };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** What cannot be started counts as an attempt that was lost; its log says why. */
async function launch(launcher: Launcher, request: LaunchRequest): Promise<RunningTrial> {
  try {
    const [running] = await launcher.launch([request]);
    return running!;
  } catch (error) {
    const isOurs = error instanceof HpoError && !(error instanceof SupersededError);
    if (!isOurs || error instanceof UsageError) throw error;
    const log = [error.message, ...error.details].join('\n');
    await appendFile(join(request.dir, ATTEMPT_FILES.log), `${log}\n`, { mode: 0o600 }).catch(() => {});
    return goneTrial(request);
  }
}

/** Stands for a process that is proven gone: only its folder is left to look at. */
export function goneTrial({ token, dir }: Pick<Attempt, 'token' | 'dir'>): RunningTrial {
  return {
    token,
    dir,
    pid: null,
    jobId: null,
    isAlive: async () => false,
    memoryBytes: async () => 0,
    signal: async () => {},
  };
}

async function buildRequest(
  search: Search,
  trial: AskedTrial,
  { attempt, token }: Pick<Attempt, 'attempt' | 'token'>,
) {
  const { study, options } = search;
  const { spec } = study;
  return {
    version: 1,
    study: study.name,
    trial: trial.number,
    attempt,
    token,
    model: spec.model,
    params: runParams(study, trial),
    settings: spec.settings,
    data: spec.data,
    resampling: search.resampling,
    objectives: spec.objectives,
    ...(spec.constraints && { constraints: spec.constraints }),
    ...(spec.pruneBy && { pruneBy: spec.pruneBy }),
    // Unsigned: some programs take no negative seed.
    seed: mixSeed(spec.seed, trial.number, 'trial') >>> 0,
    studySeed: spec.seed,
    threads: options.threads,
    cacheDir: join(options.runsDir, study.uuid, 'cache'),
    keepAbove: await findKeepAbove(search),
  } as const;
}
