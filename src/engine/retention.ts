import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactOf, type FinishedTrial } from '../domain/trial.ts';
import { createTurns } from '../domain/turns.ts';
import { ATTEMPT_FILES, assertInside } from '../protocol/index.ts';
import { hasTellingLog } from './kept-logs.ts';
import { listKeptNumbers } from './kept-models.ts';
import { archiveLog } from './log-archive.ts';
import { cutLog, isLogTooLong } from './log-cap.ts';
import { folderOf, type Search, warn } from './search.ts';

/** The predictions go with the model that made them. */
const KEPT_WITH_MODEL: readonly string[] = [
  ATTEMPT_FILES.log,
  ATTEMPT_FILES.model,
  ATTEMPT_FILES.predictions,
  ATTEMPT_FILES.request,
  ATTEMPT_FILES.tracking,
];

/**
 * Tidies up behind a trial that has ended, so that disk and inodes stay bounded whatever the number of trials: what the
 * storage holds goes. The latest failed trials keep their logs; one of the best keeps its model, log and request; of all others only
 * the ends of their logs stay, a thousand trials to a file. What was written for TensorBoard stays of every trial: it is
 * there to compare them.
 */
export class Retention {
  readonly #search: Search;
  #kept: ReadonlySet<number>;
  /** One trial after another: who decided earlier must not remove what has become one of the best since. */
  readonly #takeTurn = createTurns();

  private constructor(search: Search, kept: ReadonlySet<number>) {
    this.#search = search;
    this.#kept = kept;
  }

  /** Knows the models that earlier runs have kept: they go when better ones come. */
  static async open(search: Search): Promise<Retention> {
    return new Retention(search, await findKept(search));
  }

  tidy(trial: FinishedTrial): Promise<void> {
    return this.#takeTurn(() => this.#tidyNow(trial));
  }

  async #tidyNow(trial: FinishedTrial): Promise<void> {
    try {
      const kept = await findKept(this.#search);
      await this.#tidyOne(trial, kept.has(trial.number));
      for (const number of this.#kept) if (!kept.has(number)) await this.#remove(number);
      this.#kept = kept;
    } catch (error) {
      warn(this.#search, `the folder of trial ${trial.number} was not tidied: ${(error as Error).message}`);
    }
  }

  async #tidyOne(trial: FinishedTrial, isKept: boolean): Promise<void> {
    if (isKept && hasTellingLog(trial))
      return this.#strip(trial.number, [ATTEMPT_FILES.log, ATTEMPT_FILES.tracking]);
    if (isKept && artifactOf(trial) !== null) return this.#strip(trial.number, KEPT_WITH_MODEL);
    return this.#remove(trial.number);
  }

  /** Leaves only `names` in each attempt folder, and no folder without any of them. */
  async #strip(number: number, names: readonly string[]): Promise<void> {
    const dir = await this.#checkedFolder(number);
    if (dir === null) return;
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (!entry.isDirectory()) await rm(path, { force: true });
      else {
        const files = await strip(path, names);
        if (names.includes(ATTEMPT_FILES.log) && files.includes(ATTEMPT_FILES.log)) await tidyLog(path);
        // Only one that is empty by now can be removed like this.
        await rmdir(path).catch(() => {});
      }
    }
  }

  async #remove(number: number): Promise<void> {
    const dir = await this.#checkedFolder(number);
    if (dir === null) return;
    for (const entry of await readdir(dir, { withFileTypes: true }))
      if (entry.isDirectory()) await archiveLog(dir, number, entry.name);
    await this.#strip(number, [ATTEMPT_FILES.tracking]);
    // Only where nothing was written for TensorBoard.
    await rmdir(dir).catch(() => {});
  }

  /** Nothing is deleted through a link or in somebody else's folder. */
  async #checkedFolder(number: number): Promise<string | null> {
    const dir = folderOf(this.#search, number);
    try {
      await assertInside(this.#search.options.runsDir, dir);
      return dir;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }
}

/** Numbers of the trials whose folders are to stay, for their model or their log. */
async function findKept(search: Search): Promise<ReadonlySet<number>> {
  const index = await search.lookUp();
  return new Set([...listKeptNumbers(search.study, index), ...index.logged]);
}

/**
 * Clears an attempt that another one is to follow: what it had begun to write could be what fills the disk. Its log, its
 * checkpoint and what it wrote for TensorBoard stay.
 */
export async function clearAttempt(runsDir: string, dir: string): Promise<void> {
  try {
    await assertInside(runsDir, dir);
    await strip(dir, [ATTEMPT_FILES.log, ATTEMPT_FILES.checkpoint, ATTEMPT_FILES.tracking]);
  } catch {
    // Gone, or not to be touched.
  }
}

/** @returns what was in the folder */
async function strip(dir: string, names: readonly string[]): Promise<readonly string[]> {
  const files = await readdir(dir);
  const others = files.filter((name) => !names.includes(name));
  await Promise.all(others.map((name) => rm(join(dir, name), { recursive: true, force: true })));
  return files;
}

/** An empty log goes; one that grew while no engine looked is cut. */
async function tidyLog(attemptDir: string): Promise<void> {
  const path = join(attemptDir, ATTEMPT_FILES.log);
  const { size } = await lstat(path);
  if (size === 0) await rm(path, { force: true });
  else if (isLogTooLong(attemptDir)) await cutLog(attemptDir);
}
