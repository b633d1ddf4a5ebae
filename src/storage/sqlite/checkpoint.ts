import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { LogFile } from './log-file.ts';

/** Commits of this process between two looks at the log. */
const LOOK_EVERY = 50;
/** A log of more pages is folded into the database. It holds a page once for each commit that touched it: folding it rarely writes far less. */
const FOLD_FRAMES = 4000;
/** Below this, folding is a matter of milliseconds. */
export const SMALL_FRAMES = 200;
/** Of many processes that see a long log, the first to wake up folds it. */
const MAX_PAUSE_MS = 300;

/**
 * Folds the log into the database ("checkpoint") in a thread of its own: there it may wait for the disk as long as it takes,
 * while SQLite's automatic checkpoint would do so inside somebody's commit, with the event loop standing still.
 */
export class Checkpointer {
  readonly #path: string;
  readonly #log: LogFile;
  #commits = 0;
  #work: Promise<void> | null = null;

  constructor(path: string, log: LogFile) {
    this.#path = path;
    this.#log = log;
  }

  /** To be called after each commit; returns at once. */
  onCommit(): void {
    if (++this.#commits % LOOK_EVERY !== 0 || this.#work !== null) return;
    this.#work = this.#foldIfLong().finally(() => {
      this.#work = null;
    });
  }

  /** Waits for what is under way, and folds the whole log when asked to. */
  async close(fold: boolean): Promise<void> {
    await this.#work;
    if (fold) await runFold(this.#path, 'TRUNCATE');
  }

  async #foldIfLong(): Promise<void> {
    if (!(await this.#isLong())) return;
    await sleep(Math.random() * MAX_PAUSE_MS);
    if (await this.#isLong()) await runFold(this.#path, 'RESTART');
  }

  #isLong(): Promise<boolean> {
    return this.#log.reaches(FOLD_FRAMES).catch(() => false);
  }
}

/**
 * `PASSIVE` does most of the work beside everybody's reading and writing. Under steady writing it never sees the end of the log,
 * so the rest is done with the writers held off, for some milliseconds.
 */
const FOLD = `
const { workerData } = require('node:worker_threads');
const { driver, path, mode } = workerData;
const db = new (require(driver))(path, { fileMustExist: true, timeout: 1000 });
try {
  db.pragma('synchronous = NORMAL');
  db.pragma('journal_size_limit = ' + workerData.sizeLimit);
  db.pragma('wal_autocheckpoint = 0');
  db.pragma('wal_checkpoint(PASSIVE)');
  db.pragma('wal_checkpoint(' + mode + ')');
} finally {
  db.close();
}
`;

/** A log file is left at its largest size otherwise. */
export const LOG_SIZE_LIMIT = 32 << 20;

/** Fails without a word: the log goes on growing and is folded later; what is wrong with the disk shows with the next commit. */
async function runFold(path: string, mode: 'RESTART' | 'TRUNCATE'): Promise<void> {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const workerData = { driver, path, mode, sizeLimit: LOG_SIZE_LIMIT };
  const worker = new Worker(FOLD, { eval: true, execArgv: [], workerData });
  await once(worker, 'exit').catch(() => {});
}
