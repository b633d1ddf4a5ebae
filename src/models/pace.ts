import { setImmediate as nextTurn } from 'node:timers/promises';

/** Keeps a long computation stoppable: between documents it asks whether a rest is due. */
export interface Pace {
  due(): boolean;
  /**
   * Lets the event loop turn once.
   * @throws the signal's reason once it is aborted
   */
  rest(): Promise<void>;
}

const SLICE_MS = 20;

export function createPace(signal?: AbortSignal): Pace {
  let sliceEnd = performance.now() + SLICE_MS;
  return {
    due: () => performance.now() > sliceEnd,
    async rest() {
      await nextTurn();
      signal?.throwIfAborted();
      sliceEnd = performance.now() + SLICE_MS;
    },
  };
}
