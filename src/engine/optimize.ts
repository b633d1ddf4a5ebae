import { findBestTrial, findFront } from '../domain/best-trials.ts';
import { type Confirmation, findConfirmation } from '../domain/confirmation.ts';
import { HpoError, SupersededError, UsageError } from '../domain/errors.ts';
import type { ClaimedTrial } from '../domain/ports.ts';
import type { SearchSummary } from '../domain/search-event.ts';
import type { BoundStudy } from '../domain/study.ts';
import { takeLease } from '../protocol/index.ts';
import { countOthersRunning, takeOverAbandoned, takeOverClaims } from './abandoned.ts';
import { sampleClaimed, tell } from './ask.ts';
import { admitsTrial, checkAnyWorked, checkFailureLimit, countStates } from './budget.ts';
import { confirmLeaders } from './confirm-leaders.ts';
import { isDiskFull } from './disk-full.ts';
import { waitForDiskSpace, whenThereIsRoom } from './disk-space.ts';
import { recordEngine } from './engine-record.ts';
import { isExhausted } from './exhausted.ts';
import type { OptimizeOptions, Parts } from './options.ts';
import { Retention } from './retention.ts';
import { runTrial, type Task } from './run-trial.ts';
import {
  bookFinished,
  emit,
  folderOf,
  isEnding,
  isLeaving,
  isTimeOver,
  openSearch,
  type Search,
} from './search.ts';
import { findUntidied } from './untidied.ts';
import { countSlots, untilMoreSlots, waitForSlot } from './wait-for-slot.ts';

/** How often other engines' trials are looked at: one of them may have died meanwhile. */
const TAKE_OVER_INTERVAL_MS = 30_000;

/**
 * Runs a search: fills the slots, follows what runs, stops it when asked to. Continues what an earlier engine left.
 * @throws {FailureLimitError} when too many trials fail
 */
export async function optimize(
  study: BoundStudy,
  parts: Parts,
  options: OptimizeOptions,
): Promise<SearchSummary> {
  if (!(options.jobs >= 1)) throw new UsageError(`At least one job is needed, got ${options.jobs}.`);
  const search = await openSearch(study, parts, options);
  const running = new Set<Promise<void>>();
  const strikeOff = await putOnRecord(search);
  let confirmation: Confirmation | null = null;
  try {
    await fillAndFollow(search, running);
    if (options.confirm > 0 && !options.drain.aborted && !options.stop.aborted && !isLeaving(search))
      confirmation = await confirmLeaders(search);
  } catch (error) {
    if (error instanceof SupersededError) search.superseded.yes = true;
    else search.abandoned.yes = true;
    await Promise.allSettled(running);
    throw error;
  } finally {
    await strikeOff();
  }
  const summary = await summarize(search, confirmation);
  emit(search, { type: 'done', summary });
  return summary;
}

/** So that `hpo stop` finds this engine even while it has no trial. @throws {UsageError} the run folder cannot be written */
async function putOnRecord(search: Search): Promise<() => Promise<void>> {
  const { runsDir } = search.options;
  try {
    return await recordEngine(runsDir, search.study.uuid);
  } catch (error) {
    // Trials that run already want to be followed all the same.
    if (isDiskFull(error)) return async () => {};
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof HpoError) throw error;
    throw new UsageError(`Trials cannot work in ${runsDir}.`, {
      details: [message],
      fix: 'name another folder with --runs-dir',
      cause: error,
    });
  }
}

async function fillAndFollow(search: Search, running: Set<Promise<void>>): Promise<void> {
  const { options } = search;
  const retention = await Retention.open(search);
  const start = (task: Task): void => {
    const trial = runTrial(search, task, retention).finally(() => running.delete(trial));
    running.add(trial);
  };
  const backlog = await takeOverClaims(search);
  let lookedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    if (performance.now() - lookedAt > TAKE_OVER_INTERVAL_MS) {
      backlog.push(...(await takeOverAbandoned(search)));
      for (const trial of await findUntidied(search)) await retention.tidy(trial);
      lookedAt = performance.now();
    }
    // What runs already is followed whatever the number of slots.
    for (const task of backlog.filter(({ adopted }) => adopted !== null)) start(task);
    backlog.splice(0, backlog.length, ...backlog.filter(({ adopted }) => adopted === null));
    let isFull = true;
    while (running.size < (await countSlots(search))) {
      const task = await nextTask(search, backlog, running.size);
      isFull = task !== null;
      if (task === null) break;
      start(task);
    }
    if (running.size === 0) {
      if (search.isExhausted) checkAnyWorked(search.tally);
      return await cancelLeft(search, backlog, retention);
    }
    await (isFull ? untilRoom(search, running) : Promise.race(running));
    checkFailureLimit(search.tally, options);
  }
}

/** Until a trial has ended, or more of them may run. */
async function untilRoom(search: Search, running: ReadonlySet<Promise<void>>): Promise<void> {
  if (search.parts.launcher.slots === undefined) return Promise.race(running);
  const over = new AbortController();
  try {
    await Promise.race([...running, untilMoreSlots(search, running.size, over.signal)]);
  } finally {
    over.abort();
  }
}

/** The next trial of the study, or null when none may start now. */
async function nextTask(search: Search, backlog: Task[], running: number): Promise<Task | null> {
  if (!(await mayStart(search, running))) return null;
  await waitForDiskSpace(search);
  await waitForSlot(search);
  if (!(await mayStart(search, running))) return null;
  const waiting = backlog.shift();
  if (waiting !== undefined) return waiting;
  const { study, parts } = search;
  const { space, fixed } = study.spec;
  search.isExhausted = isExhausted(space, fixed, (await search.lookUp()).trials);
  if (search.isExhausted) return null;
  const claimed = await claim(search);
  if (claimed === 'taken') return nextTask(search, backlog, running);
  if (claimed === 'over') return null;
  try {
    const trial = await sampleClaimed(study, parts, claimed, await search.lookUp());
    return {
      trial,
      adopted: null,
      values: new Map(),
      retriesUsed: 0,
      deaths: 0,
      lastToken: null,
      nextAttempt: 0,
    };
  } catch (error) {
    // A sampler that throws must not leave a trial running for ever.
    const failure = { kind: 'bad-config', message: `not sampled: ${(error as Error).message}` } as const;
    await tell(parts, { id: claimed.id, token: null }, { state: 'fail', failure });
    throw error;
  }
}

/** The next number with its lease, unless another engine took that for abandoned, or the search is over before a full disk has room. */
async function claim(search: Search): Promise<ClaimedTrial | 'taken' | 'over'> {
  const { study, parts, mine } = search;
  try {
    const claimed = await parts.storage.claimTrial(study.id);
    mine.add(claimed.number);
    const lease = () => takeLease(folderOf(search, claimed.number), 0);
    if (await whenThereIsRoom(search, lease, isEnding)) return claimed;
    mine.delete(claimed.number);
    return 'taken';
  } catch (error) {
    if (isDiskFull(error) && isEnding(search)) return 'over';
    throw error;
  }
}

/**
 * Trials of dead engines for which the budget left no room: nobody runs them, so they must not look as if. A search that
 * was interrupted leaves them to the next one.
 */
async function cancelLeft(search: Search, backlog: readonly Task[], retention: Retention): Promise<void> {
  if (isEnding(search)) return;
  for (const { trial, lastToken } of backlog) {
    const failure = { kind: 'cancelled', message: OVER_BUDGET } as const;
    await tell(search.parts, { id: trial.id, token: lastToken }, { state: 'fail', failure });
    const finished = await bookFinished(search, trial.number);
    if (finished !== null) await retention.tidy(finished);
  }
}

const OVER_BUDGET = 'its engine died, and the search reached its budget before it could be run again';

async function mayStart(search: Search, running: number): Promise<boolean> {
  const { options, tally } = search;
  if (isEnding(search)) return false;
  if (options.totalTrials === null) return admitsTrial(options, { done: tally.done, running, studyDone: 0 });
  const { done } = await search.lookUp();
  const others = await countOthersRunning(search);
  return admitsTrial(options, { done: tally.done, running, studyDone: done + others });
}

async function summarize(search: Search, confirmation: Confirmation | null): Promise<SearchSummary> {
  const { study, parts, tally, startedAt } = search;
  const trials = await parts.storage.getTrials(study.id);
  const states = countStates(trials);
  const isConfirmed = search.options.confirm === 0 || confirmation !== null;
  return {
    study: study.name,
    nTrials: tally.done,
    states,
    best: findBestTrial(study, trials),
    front: findFront(study, trials),
    confirmation: confirmation ?? findConfirmation(study, trials),
    durationMs: performance.now() - startedAt,
    reason: reasonOf(search, isConfirmed && isBudgetSpent(search, states)),
  };
}

function isBudgetSpent({ options, tally }: Search, { complete, pruned }: SearchSummary['states']): boolean {
  return !admitsTrial(options, { done: tally.done, running: 0, studyDone: complete + pruned });
}

/** @param isDone nothing was left to do, so that a wish to end came too late to change anything */
function reasonOf(search: Search, isDone: boolean): SearchSummary['reason'] {
  const { stop, drain } = search.options;
  if (isDone) return 'n-trials';
  if (stop.aborted) return 'stopped';
  if (isLeaving(search)) return 'left';
  if (drain.aborted) return 'drained';
  if (isTimeOver(search)) return 'timeout';
  return search.isExhausted ? 'exhausted' : 'n-trials';
}
