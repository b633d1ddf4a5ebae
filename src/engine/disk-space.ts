import { mkdir, statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Search, stopOf, warn } from './search.ts';

/** Below this, starting another trial would only make it fail. */
const LEAST_BYTES = 16 << 20;
const PAUSE_MS = 2000;

/** A full disk pauses the asking; nobody's trial fails over it. Returns when there is room or the search is to end. */
export async function waitForDiskSpace(search: Search): Promise<void> {
  const { runsDir, drain } = search.options;
  await mkdir(runsDir, { recursive: true, mode: 0o700 });
  let warned = false;
  while (!drain.aborted && stopOf(search) === null) {
    const { bavail, bsize } = await statfs(runsDir);
    if (bavail * bsize >= LEAST_BYTES) return;
    if (!warned)
      warn(search, `no space left in ${runsDir}; waiting for ${LEAST_BYTES >> 20} MiB before another trial`);
    warned = true;
    await sleep(PAUSE_MS);
  }
}
