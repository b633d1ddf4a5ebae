import type { FrozenTrial } from '../domain/trial.ts';
import type { Search } from './search.ts';

/** So many of the latest failed trials keep their logs whole; of earlier ones the ends are kept. */
const WHOLE_LOGS = 100;

/** A trial whose log may tell what went wrong: one that was stopped from outside has nothing to tell. */
export function hasTellingLog(trial: FrozenTrial): boolean {
  return trial.state === 'fail' && trial.failure.kind !== 'cancelled';
}

/** Numbers of the failed trials whose folders are to stay. */
export async function findLoggedNumbers({ parts, study }: Search): Promise<ReadonlySet<number>> {
  const trials = await parts.storage.getTrials(study.id);
  const numbers = new Set<number>();
  for (let i = trials.length - 1; i >= 0 && numbers.size < WHOLE_LOGS; i--)
    if (hasTellingLog(trials[i]!)) numbers.add(trials[i]!.number);
  return numbers;
}
