import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import {
  ATTEMPT_FILES,
  type AttemptControl,
  type AttemptInterrupted,
  parseExit,
  parseResult,
  readRecord,
} from '../protocol/index.ts';
import type { AskedTrial } from './ask.ts';
import type { Attempt } from './attempt.ts';
import { isShortOfSpace } from './disk-space.ts';
import { EndDetector } from './end-detector.ts';
import { FolderWatch } from './folder-watch.ts';
import type { AttemptEnd } from './judge.ts';
import { Limits, megabytes } from './limits.ts';
import { cutLog, isLogTooLong } from './log-cap.ts';
import { readLogTail } from './log-tail.ts';
import { type Followed, MAX_REPORTS, ReportFollower } from './report-follower.ts';
import { isLeaving, runsOn, type Search, stopOf, warn } from './search.ts';
import { Stopper } from './stopper.ts';

/** Without a sign from the folder: how often the limits, the clock and the process itself are looked at. */
const IDLE_MS = 250;
/** While it is being stopped. */
const STOPPING_MS = 50;
/** Of 4 MiB of reports each. */
const MAX_LOOKS_AFTER_END = 256;

/**
 * Follows an attempt from its start (or its adoption) to its end: stores its reports, prunes it, holds it to its limits.
 * @returns null when the attempt is no longer this engine's: it was fenced off, and its end is nobody's business here.
 */
export async function followAttempt(
  search: Search,
  trial: AskedTrial,
  attempt: Attempt,
  values: ReadonlyMap<number, number>,
): Promise<AttemptEnd | null> {
  const from = { offset: attempt.reportOffset, values };
  const reports = new ReportFollower(search, trial, attempt, from);
  const stopper = new Stopper(attempt, search.options.graceMs);
  const oomKills = await countOomKills();
  const followed = await followToEnd(search, attempt, reports, stopper);
  for (const what of describeLosses(followed)) warn(search, `trial ${trial.number}: ${what}`);
  if (followed.fenced) return null;
  const found = await readEnd(attempt, stopper.stop, {
    kernelKilled: (await countOomKills()) > oomKills,
    diskFull: await isShortOfSpace(search.options.runsDir),
  });
  await sweepUp(attempt, found);
  return found;
}

function describeLosses({ badLines, skippedLines, droppedBytes }: Followed): string[] {
  const file = ATTEMPT_FILES.reports;
  return [
    ...(badLines > 0 ? [`${badLines} lines of ${file} were no reports`] : []),
    ...(skippedLines > 0
      ? [`${skippedLines} lines of ${file} came after the first ${MAX_REPORTS} reports and are not kept`]
      : []),
    ...(droppedBytes > 0 ? [`${megabytes(droppedBytes)} of ${file} came too fast to be read`] : []),
  ];
}

async function followToEnd(
  search: Search,
  attempt: Attempt,
  reports: ReportFollower,
  stopper: Stopper,
): Promise<Followed> {
  const watch = new FolderWatch(attempt.dir);
  const limits = new Limits(search.options, attempt);
  const end = new EndDetector(attempt);
  try {
    for (let looksAfterEnd = 0; ; ) {
      // In this order: what was written before the end is read before the end is believed.
      const ended = await end.look();
      const followed = await reports.follow();
      if (followed.fenced) await stopper.ask({ reason: 'cancelled', message: 'taken over', step: 0 });
      else if (followed.prunedAt !== null)
        await stopper.ask({ reason: 'pruned', message: 'pruned', step: followed.prunedAt });
      // Something that outlived the trial may go on writing.
      if (ended && (!followed.more || ++looksAfterEnd > MAX_LOOKS_AFTER_END)) return followed;
      if (isLeaving(search)) {
        if (runsOn(search)) return { ...followed, fenced: true };
        await stopper.release();
      }
      // A log that the trial takes away meanwhile needs no cutting.
      if (watch.takeLongLog() && isLogTooLong(attempt.dir)) await cutLog(attempt.dir).catch(() => {});
      await askIfDue(search, limits, stopper);
      if (!(await stopper.insist())) {
        warn(search, `process ${attempt.running.pid} cannot be killed and is left behind`);
        return followed;
      }
      if (followed.more) await setImmediate();
      else await watch.wait(stopper.isAsked ? STOPPING_MS : IDLE_MS);
    }
  } finally {
    watch.close();
    await reports.close();
  }
}

async function askIfDue(search: Search, limits: Limits, stopper: Stopper): Promise<void> {
  const wanted = stopOf(search);
  if (wanted === 'cancelled')
    await stopper.ask({ reason: wanted, message: 'stopped with the search', step: 0 });
  if (wanted === 'budget')
    await stopper.ask({ reason: wanted, message: 'the search ran out of time', step: 0 });
  const passed = await limits.check();
  if (passed !== null) await stopper.ask({ ...passed, step: 0 });
}

async function readEnd(
  attempt: Attempt,
  stop: AttemptEnd['stop'],
  machine: Pick<AttemptEnd, 'kernelKilled' | 'diskFull'>,
): Promise<AttemptEnd> {
  const logTail = await readLogTail(attempt.dir);
  const read = <T extends { readonly token: string }>(name: string, parse: (raw: Raw) => T) =>
    readOwn(attempt, { name, parse, complain: (what) => logTail.push(`hpo: ${name}: ${what}`) });
  const result = await read(ATTEMPT_FILES.result, parseResult);
  const exit = await read(ATTEMPT_FILES.exit, parseExit);
  const meant = stop ?? (await readForeignStop(attempt));
  const loss = await readLoss(attempt, exit);
  return { stop: meant, result, exit, logTail, ...machine, isOrphan: attempt.isOrphan, loss };
}

/** A worker that had to leave says so; one that is gone cannot, but its launcher may know. */
async function readLoss(attempt: Attempt, exit: AttemptEnd['exit']): Promise<AttemptEnd['loss']> {
  const { dir, token, running } = attempt;
  const interrupted = await readRecord<AttemptInterrupted>(dir, ATTEMPT_FILES.interrupted).catch(() => null);
  if (interrupted?.token === token) return 'interrupted';
  return exit === null ? ((await running.loss?.()) ?? null) : null;
}

/** What somebody else (`hpo stop N`) asked of the trial: not to be taken for an interruption, and run again. */
async function readForeignStop({ dir }: Attempt): Promise<AttemptEnd['stop']> {
  const control = await readRecord<AttemptControl>(dir, ATTEMPT_FILES.control).catch(() => null);
  // What an engine wrote that gave up and was killed over it is an interruption: the trial is run again.
  if (control?.stop !== 'cancelled' || control.by !== 'person') return null;
  return { reason: 'cancelled', message: 'stopped by hpo stop', step: 0 };
}

type Raw = Readonly<Record<string, unknown>>;

interface Reading<T> {
  readonly name: string;
  readonly parse: (raw: Raw) => T;
  readonly complain: (what: string) => void;
}

/** A record with another token is a zombie's; one that cannot be read is none. Both stay on disk and change nothing. */
async function readOwn<T extends { readonly token: string }>(
  { dir, token }: Attempt,
  { name, parse, complain }: Reading<T>,
): Promise<T | null> {
  try {
    const raw = await readRecord<Raw>(dir, name);
    return raw?.['token'] === token ? parse(raw) : null;
  } catch (error) {
    complain((error as Error).message);
    return null;
  }
}

/** A trial that did not end by itself may leave children behind. */
async function sweepUp({ running }: Attempt, { stop, exit }: AttemptEnd): Promise<void> {
  if (stop !== null || exit?.exitCode !== 0) await running.signal('SIGKILL');
}

/** How often the kernel has killed for want of memory since boot; 0 where it does not say. */
async function countOomKills(): Promise<number> {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(await readFile('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
