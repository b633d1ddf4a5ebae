import type { Test } from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import { createLauncher } from '../launchers/index.ts';
import { createSearch, type SearchFixture } from './search-fixture.ts';

/** As createSearch, but every trial is a process. @param entry of a compiled trial */
export async function createProcessSearch(
  t: Test,
  entry: string,
  given: Parameters<typeof createSearch>[1] = {},
) {
  const found: SearchFixture = await createSearch(t, given);
  return { ...found, parts: { ...found.parts, launcher: createLauncher('process', { process: { entry } }) } };
}

/** Options that stop a search as soon as its first trial has ended. */
export function stopAfterFirst(): { onEvent: (event: SearchEvent) => void; stop: AbortSignal } {
  const stop = new AbortController();
  return { stop: stop.signal, onEvent: ({ type }) => void (type === 'trial-finished' && stop.abort()) };
}
