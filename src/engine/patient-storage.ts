import { setTimeout as sleep } from 'node:timers/promises';
import type { Storage } from '../domain/ports.ts';
import { isDiskFull } from './disk-full.ts';

const PAUSE_MS = 1000;

/** What a storage on a full disk needs to know of the search. */
export interface Patience {
  /** Told once for each write that has to wait. */
  readonly onWait: (message: string) => void;
  /** Whether to give up waiting. */
  readonly isOver: () => boolean;
  /** Whether to give up waiting for the next trial's number. */
  readonly isEnding: () => boolean;
}

/** The storage, but what a search writes waits while the disk is full: that is nobody's failure. */
export function patientStorage(storage: Storage, patience: Patience): Storage {
  const waiting =
    <A extends unknown[], T>(write: (...given: A) => Promise<T>, isOver = patience.isOver) =>
    (...given: A): Promise<T> =>
      untilThereIsRoom(() => write.apply(storage, given), patience.onWait, isOver);
  return Object.assign(Object.create(storage) as Storage, {
    claimTrial: waiting(storage.claimTrial, patience.isEnding),
    setParams: waiting(storage.setParams),
    createAttempt: waiting(storage.createAttempt),
    updateAttempt: waiting(storage.updateAttempt),
    recordReports: waiting(storage.recordReports),
    finishTrial: waiting(storage.finishTrial),
  });
}

async function untilThereIsRoom<T>(
  write: () => Promise<T>,
  onWait: Patience['onWait'],
  isOver: () => boolean,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isDiskFull(error) || isOver()) throw error;
      if (attempt === 0) onWait(`${(error as Error).message} Waiting for space.`);
      await sleep(PAUSE_MS);
    }
  }
}
