import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CONFIRMATION_ATTRS,
  CONFIRMATION_TRAININGS,
  knownScores,
  storeScores,
} from '../domain/confirmation.ts';
import { mixSeed } from '../domain/random.ts';
import { type ResampledScores, type Resampling, resampledScoresOf } from '../domain/resampling.ts';
import type { SearchEvent } from '../domain/search-event.ts';
import type { CompleteTrial } from '../domain/trial.ts';
import {
  ATTEMPT_FILES,
  type AttemptRequest,
  assertInside,
  readRecord,
  releaseLease,
  takeLease,
  takeOverLease,
} from '../protocol/index.ts';
import { adopt } from './abandoned.ts';
import { runParams } from './ask.ts';
import { findOpenAttempt, storageOfConfirmation } from './confirm-attempts.ts';
import { findOutcome, type Task } from './run-trial.ts';
import { emit, folderOf, isEngineGone, type Search, stopOf, warn } from './search.ts';

/** What the trials of one confirmation share. */
export interface Phase {
  readonly search: Search;
  readonly by: Resampling['by'];
  readonly basis: string;
  /** Trials in all. */
  readonly of: number;
  /** Holds a folder a trial. */
  readonly dir: string;
}

/** A trial's scores: those that are known, or new ones. Null when it cannot be scored or the search is to end. */
export async function scoreLeader(phase: Phase, trial: CompleteTrial): Promise<ResampledScores | null> {
  const { search, basis, of } = phase;
  const { number } = trial;
  const dir = join(phase.dir, String(number));
  const scores = await findScores(phase, trial, dir);
  if (scores !== null) {
    const attr = CONFIRMATION_ATTRS.ofTrial(number);
    await search.parts.storage.setStudyAttr(search.study.id, 'system', attr, storeScores(basis, scores));
    await remove(search, dir);
  }
  emit(search, { type: 'confirm-finished', number, of, scores });
  return scores;
}

async function findScores(phase: Phase, trial: CompleteTrial, dir: string): Promise<ResampledScores | null> {
  const held = await hold(phase, trial.number, dir);
  if (held === 'interrupted') return null;
  if (held !== 'ours') return held;
  try {
    return await run(phase, trial, dir);
  } finally {
    await releaseLease(dir);
  }
}

/** How often another engine that confirms the same trial is looked at. */
const WAIT_MS = 1000;

/** Makes the trial ours to score, or waits until another engine has scored it. */
async function hold(
  { search, basis }: Phase,
  number: number,
  dir: string,
): Promise<ResampledScores | 'ours' | 'interrupted'> {
  for (;;) {
    const study = await search.parts.storage.loadStudy(search.study.name);
    const known = knownScores(study, number, basis);
    if (known !== null) return known;
    if (isInterrupted(search)) return 'interrupted';
    if ((await takeLease(dir, 0)) || (await takeOverLease(dir, (engine) => isEngineGone(search, engine))))
      return 'ours';
    await sleep(WAIT_MS);
  }
}

async function run(phase: Phase, trial: CompleteTrial, dir: string): Promise<ResampledScores | null> {
  const { search } = phase;
  const own = await ownSearch(phase, trial, dir);
  const gpu = search.gpus.take(own.task.adopted?.gpu);
  try {
    const ended = await findOutcome(own.search, own.task, gpu);
    if (ended === null) return null;
    const { outcome } = ended;
    if (outcome.state === 'complete') return resampledScoresOf(outcome.details);
    if (outcome.state === 'fail' && outcome.failure.kind !== 'cancelled') {
      const [why] = outcome.failure.message.split('\n', 1);
      warn(search, `trial ${trial.number} could not be confirmed: ${why}`);
    }
    return null;
  } finally {
    search.gpus.giveBack(gpu);
  }
}

/** The search as a trial under confirmation sees it: nothing of it reaches the storage, and it is never pruned. */
async function ownSearch(
  phase: Phase,
  trial: CompleteTrial,
  dir: string,
): Promise<{ search: Search; task: Task }> {
  const { search, by, of } = phase;
  const { spec } = search.study;
  const { params, settings } = await trainedWith(search, trial);
  const seed = mixSeed(spec.seed, 0, 'confirm') >>> 0;
  const onEvent = (event: SearchEvent): void => {
    if (event.type === 'trial-started') emit(search, { ...event, type: 'confirm-started', of });
    else if (event.type === 'report') emit(search, { ...event, type: 'confirm-report' });
    else emit(search, event);
  };
  const own: Search = {
    ...search,
    study: { ...search.study, spec: { ...spec, fixed: {}, settings } },
    parts: {
      ...search.parts,
      storage: storageOfConfirmation(search.parts.storage),
      pruner: { prune: () => false },
    },
    options: { ...search.options, timeoutMs: null, onEvent },
    resampling: { by, count: CONFIRMATION_TRAININGS, seed, keepModel: false },
    trialFolder: () => dir,
  };
  const open = await findOpenAttempt(dir);
  const asked = { id: trial.id, number: trial.number, params, extra: {}, warnings: [] };
  const task: Task = {
    trial: asked,
    adopted: open === null ? null : await adopt(own, trial.number, open),
    values: new Map(),
    retriesUsed: 0,
    deaths: 0,
    lastToken: null,
    nextAttempt: open === null ? 0 : open.attempt + 1,
  };
  return { search: own, task };
}

/** What the trial itself was trained with: the study's fixed values and settings may have changed since. */
async function trainedWith(
  search: Search,
  trial: CompleteTrial,
): Promise<Pick<AttemptRequest, 'params' | 'settings'>> {
  const attempt = (await search.parts.storage.listAttempts(trial.id)).at(-1)?.attempt ?? 0;
  const dir = join(folderOf(search, trial.number), String(attempt));
  const request = await readRecord<AttemptRequest>(dir, ATTEMPT_FILES.request);
  if (request !== null) return request;
  return {
    params: runParams(search.study, { params: trial.params, extra: {} }),
    settings: search.study.spec.settings,
  };
}

/** What the storage holds of a confirmation needs no folder. */
async function remove(search: Search, dir: string): Promise<void> {
  try {
    await assertInside(search.options.runsDir, dir);
    await rm(dir, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    warn(search, `${dir} was not tidied: ${(error as Error).message}`);
  }
}

/** The time limit of a search does not count for its confirmation: it would never come to it. */
export function isStopped(search: Search): boolean {
  return stopOf({ ...search, options: { ...search.options, timeoutMs: null } }) !== null;
}

/** Whether nothing more is to be started. */
export function isInterrupted(search: Search): boolean {
  return search.options.drain.aborted || isStopped(search);
}
