import { judgeConstraints } from '../domain/constraint.ts';
import type { Failure, TrialOutcome } from '../domain/trial.ts';
import { type AskedTrial, runParams, tell } from './ask.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { isDiskFull } from './disk-full.ts';
import { pause, waitForDiskSpace, whenThereIsRoom } from './disk-space.ts';
import { followAttempt } from './follow-attempt.ts';
import { type AttemptEnd, isDeath, judge, type Verdict } from './judge.ts';
import { megabytes } from './limits.ts';
import { clearAttempt, type Retention } from './retention.ts';
import { bookFinished, emit, isLeaving, type Search, stopOf, warn } from './search.ts';
import { waitForSlot } from './wait-for-slot.ts';

/** Interruptions that cost no retry are endured this often in a row: some programs always exit with 75. */
const MAX_PREEMPTIONS = 10;
/** A trial that so many engines or workers died with is not handed to another one. */
const MAX_DEATHS = 2;

/** A trial to be brought to its end, from its beginning or from where another engine left it. */
export interface Task {
  readonly trial: AskedTrial;
  readonly adopted: Attempt | null;
  /** Reports that are stored already, by step. */
  readonly values: ReadonlyMap<number, number>;
  /** Attempts of this trial that ended in a crash or were lost. */
  readonly retriesUsed: number;
  /** Attempts that ended together with their worker, or with the engine that followed them. */
  readonly deaths: number;
  /** Of its latest attempt; null when it never had one. */
  readonly lastToken: string | null;
  /** Number of its next attempt. */
  readonly nextAttempt: number;
}

/** Brings a trial to its end, over as many attempts as it takes, and tells the storage. */
export async function runTrial(search: Search, task: Task, retention: Retention): Promise<void> {
  const { trial } = task;
  for (const warning of trial.warnings) warn(search, `trial ${trial.number}: ${warning}`);
  const gpu = search.gpus.take(task.adopted?.gpu);
  try {
    const ended = await findOutcome(search, task, gpu);
    if (ended === null) return;
    const { last } = ended;
    const outcome = judgeConstraints(search.study.spec.constraints, ended.outcome);
    const token = last === null ? task.lastToken : last.attempt.token;
    const told = await tell(search.parts, { id: trial.id, token }, outcome, last === null ? {} : endOf(last));
    if (!told && last !== null) await recordEnd(search, trial, last);
    if (!told)
      warn(
        search,
        `trial ${trial.number} had been ended by somebody else; its ${outcome.state} is kept as an event`,
      );
    if (outcome.state === 'complete') passOnWarnings(search, trial, outcome.details);
    const finished = await bookFinished(search, trial.number);
    if (finished !== null) await retention.tidy(finished);
  } finally {
    search.gpus.giveBack(gpu);
    search.mine.delete(trial.number);
  }
}

/** What a complete trial found odd about itself. */
function passOnWarnings(search: Search, { number }: AskedTrial, { warnings }: CompleteDetails): void {
  if (!Array.isArray(warnings)) return;
  for (const warning of warnings) warn(search, `trial ${number}: ${warning}`);
}

type CompleteDetails = Extract<TrialOutcome, { state: 'complete' }>['details'];

interface EndedAttempt {
  readonly attempt: Attempt;
  readonly end: AttemptEnd;
  readonly verdict: Verdict;
}

interface Ended {
  readonly outcome: TrialOutcome;
  /** Null when none was started. */
  readonly last: EndedAttempt | null;
}

/** Runs a trial over as many attempts as it takes; tells nobody. Null when the trial has become somebody else's. */
export async function findOutcome(search: Search, task: Task, gpu: string | null): Promise<Ended | null> {
  const { trial } = task;
  const tooBig = task.adopted === null ? predictOutOfMemory(search, trial) : null;
  if (tooBig !== null) return { outcome: { state: 'fail', failure: tooBig }, last: null };
  let { retriesUsed, deaths, adopted, values, nextAttempt } = task;
  let lastEnded: EndedAttempt | null = null;
  for (let [preemptions, fullDisks] = [0, 0]; ; ) {
    const attempt = adopted ?? (await startWithRoom(search, trial, { attempt: nextAttempt, gpu }));
    if (attempt === null && isLeaving(search)) return null;
    if (attempt === null) return { outcome: { state: 'fail', failure: CANCELLED }, last: lastEnded };
    const last = await runAttempt(search, trial, attempt, values);
    if (last === null) return null;
    lastEnded = last;
    nextAttempt = attempt.attempt + 1;
    const { verdict } = last;
    if (verdict.type === 'outcome') return { outcome: verdict.outcome, last };
    if (verdict.type === 'retry') retriesUsed++;
    else if (verdict.type === 'preempted') preemptions++;
    else fullDisks++;
    if (isDeath(verdict.failure)) deaths++;
    if (stopOf(search) !== null) return { outcome: { state: 'fail', failure: CANCELLED }, last };
    if (isLeaving(search)) return passOn(search, trial, last);
    if (retriesUsed > search.options.retries || preemptions > MAX_PREEMPTIONS || deaths >= MAX_DEATHS)
      return { outcome: { state: 'fail', failure: verdict.failure }, last };
    await recordEnd(search, trial, last);
    await clearAttempt(search.options.runsDir, attempt.dir);
    warn(search, `trial ${trial.number} is run again: ${verdict.failure.message.split('\n', 1)[0]}`);
    if (verdict.type === 'preempted') await pause(search, Math.min(100 * 2 ** preemptions, 10_000));
    if (verdict.type === 'no-space') await pause(search, Math.min(1000 * 2 ** fullDisks, 60_000));
    [adopted, values] = [null, new Map()];
  }
}

/** An attempt that ended as this engine leaves: the next one begins where it stopped. */
async function passOn(search: Search, trial: AskedTrial, last: EndedAttempt): Promise<null> {
  await recordEnd(search, trial, last);
  await clearAttempt(search.options.runsDir, last.attempt.dir);
  return null;
}

const CANCELLED: Failure = { kind: 'cancelled', message: 'stopped with the search' };

/** A configuration whose memory is known to pass the limit fails without being started. */
function predictOutOfMemory({ parts, study, options }: Search, trial: AskedTrial): Failure | null {
  const { context } = study.spec;
  if (options.memoryLimitBytes === null || parts.model === null || context === null) return null;
  const bytes = parts.model.predictMemory(runParams(study, trial), context);
  if (bytes === null || bytes <= options.memoryLimitBytes) return null;
  const message = `would need ${megabytes(bytes)} of ${megabytes(options.memoryLimitBytes)}; not started`;
  return { kind: 'out-of-memory', message };
}

/** Null when the attempt was fenced off. */
async function runAttempt(
  search: Search,
  trial: AskedTrial,
  attempt: Attempt,
  values: ReadonlyMap<number, number>,
): Promise<EndedAttempt | null> {
  const { gpu } = attempt;
  emit(search, {
    type: 'trial-started',
    number: trial.number,
    attempt: attempt.attempt,
    params: trial.params,
    worker: gpu === null ? 'local' : `gpu ${gpu}`,
    pid: attempt.running.pid,
  });
  const end = await followAttempt(search, trial, attempt, values);
  return end === null ? null : { attempt, end, verdict: judge(end, search.study.spec.objectives) };
}

/** A disk that fills up between the look and the writing is waited for, too. Null when the search is to end first. */
async function startWithRoom(
  search: Search,
  trial: AskedTrial,
  next: { readonly attempt: number; readonly gpu: string | null },
): Promise<Attempt | null> {
  await waitForDiskSpace(search, (one) => stopOf(one) !== null || isLeaving(one));
  await waitForSlot(search);
  if (isLeaving(search)) return null;
  try {
    return await whenThereIsRoom(search, () => startAttempt(search, trial, next));
  } catch (error) {
    if (isDiskFull(error)) return null;
    throw error;
  }
}

async function recordEnd({ parts }: Search, trial: AskedTrial, last: EndedAttempt): Promise<void> {
  const end = { ...endOf(last), endedAt: Date.now() };
  await parts.storage.updateAttempt(trial.id, last.attempt.attempt, end);
}

function endOf({ end, verdict }: EndedAttempt) {
  return {
    exitCode: end.exit?.exitCode ?? null,
    signal: end.exit?.signal ?? null,
    failure: failureOf(verdict),
  };
}

function failureOf(verdict: Verdict): Failure | null {
  if (verdict.type !== 'outcome') return verdict.failure;
  return verdict.outcome.state === 'fail' ? verdict.outcome.failure : null;
}
