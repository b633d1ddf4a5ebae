import type { FrozenTrial } from '../domain/trial.ts';

/** So many of the latest failed trials keep their logs whole; of earlier ones the ends are kept. */
export const WHOLE_LOGS = 100;

/** A trial whose log may tell what went wrong: one that was stopped from outside has nothing to tell. */
export function hasTellingLog(trial: FrozenTrial): boolean {
  return trial.state === 'fail' && trial.failure.kind !== 'cancelled';
}
