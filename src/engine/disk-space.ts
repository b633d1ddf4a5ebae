import { mkdir, statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskFull } from './disk-full.ts';
import { isEnding, type Search, stopOf, warn } from './search.ts';

/** Below this, starting another trial would only make it fail. */
const LEAST_BYTES = 16 << 20;
/** Some disks run out of files before they run out of bytes. */
const LEAST_FILES = 100;
const PAUSE_MS = 2000;
const RETRY_MS = 1000;
/** How often a pause looks whether it is still wanted. */
const LOOK_MS = 200;

type IsOver = (search: Search) => boolean;
const isStopping: IsOver = (search) => stopOf(search) !== null;

/** A full disk pauses the asking; nobody's trial fails over it. Returns when there is room, or `isOver`. */
export async function waitForDiskSpace(search: Search, isOver: IsOver = isEnding): Promise<void> {
  const { runsDir } = search.options;
  await mkdir(runsDir, { recursive: true, mode: 0o700 });
  let warned = false;
  while (!isOver(search)) {
    if (!(await isShortOfSpace(runsDir))) return;
    if (!warned)
      warn(search, `no space left in ${runsDir}; waiting for ${LEAST_BYTES >> 20} MiB before another trial`);
    warned = true;
    await pause(search, PAUSE_MS);
  }
}

/** Whether a folder's disk has too little room for a trial; false where it cannot be told. */
export async function isShortOfSpace(dir: string): Promise<boolean> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(dir);
    // File systems without a limit on files say 0 of 0.
    return bavail * bsize < LEAST_BYTES || (files > 0 && ffree < LEAST_FILES);
  } catch {
    return false;
  }
}

/** Does what needs a little of the disk as soon as there is room. @throws what `action` throws; a full disk only once `isOver` */
export async function whenThereIsRoom<T>(
  search: Search,
  action: () => Promise<T>,
  isOver: IsOver = isStopping,
): Promise<T> {
  for (let warned = false; ; warned = true) {
    try {
      return await action();
    } catch (error) {
      if (!isDiskFull(error) || isOver(search)) throw error;
      if (!warned) warn(search, `${(error as Error).message}; waiting for space`);
      await pause(search, RETRY_MS);
      await waitForDiskSpace(search, isOver);
    }
  }
}

/** Waits, but not longer than running trials may. */
export async function pause(search: Search, ms: number): Promise<void> {
  const end = performance.now() + ms;
  for (let left = ms; left > 0 && !isStopping(search); left = end - performance.now())
    await sleep(Math.min(left, LOOK_MS));
}
