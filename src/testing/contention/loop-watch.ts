import { readFileSync } from 'node:fs';

const TICK_MS = 5;

/** What kept the event loop from running. */
export interface LoopBlocks {
  /** Longest time between two turns of the loop beyond what a timer asked for, ms. */
  readonly wallMs: number;
  /** The same, less what the thread spent waiting for a processor: what the program itself held up. */
  readonly ownMs: number;
}

/**
 * Watches this thread's event loop with a timer. With a hundred processes on two cores a thread waits for its turn much
 * longer than any code of ours runs, so that time is taken off, where the kernel tells it (Linux).
 * @returns stops watching and tells the worst
 */
export function watchLoop(): () => LoopBlocks {
  let [wallMs, ownMs] = [0, 0];
  let [at, waited] = [performance.now(), readRunDelayMs()];
  const look = (): void => {
    const now = performance.now();
    const late = now - at - TICK_MS;
    if (late > TICK_MS) {
      const delay = readRunDelayMs();
      wallMs = Math.max(wallMs, late);
      ownMs = Math.max(ownMs, late - (delay - waited));
    }
    waited = readRunDelayMs();
    at = performance.now();
  };
  const timer = setInterval(look, TICK_MS);
  return () => {
    clearInterval(timer);
    look();
    return { wallMs, ownMs };
  };
}

/** The second field of schedstat: nanoseconds that the main thread was ready to run and had no processor. */
function readRunDelayMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
