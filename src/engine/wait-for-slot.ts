import { setTimeout as sleep } from 'node:timers/promises';
import { isEnding, type Search, warn } from './search.ts';

const PAUSE_MS = 20;
/** How often it is asked whether there are more slots while all are taken. */
const MORE_PAUSE_MS = 1000;

/**
 * Where slots come and go (a cluster's workers), a trial is asked for when one is free: its configuration then knows of
 * everything that has ended before. Returns when there is one or the search is to end.
 */
export async function waitForSlot(search: Search): Promise<void> {
  const { launcher } = search.parts;
  if (launcher.ready === undefined) return;
  while (!isEnding(search)) {
    const isReady = await launcher.ready();
    for (const warning of launcher.takeWarnings?.() ?? []) warn(search, warning);
    if (isReady) return;
    await sleep(PAUSE_MS);
  }
}

/** How many trials may run at once. */
export async function countSlots({ parts: { launcher }, options }: Search): Promise<number> {
  return launcher.slots === undefined ? options.jobs : launcher.slots();
}

/** Returns when more than `taken` trials may run at once, or `over` says that nobody waits for it any more. */
export async function untilMoreSlots(search: Search, taken: number, over: AbortSignal): Promise<void> {
  do await sleep(MORE_PAUSE_MS, undefined, { signal: over }).catch(() => {});
  while (!over.aborted && (await countSlots(search)) <= taken);
}
