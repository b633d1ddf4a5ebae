import { setTimeout as sleep } from 'node:timers/promises';
import { isEnding, type Search, warn } from './search.ts';

const PAUSE_MS = 20;

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
