import type { Direction } from '../domain/objective.ts';
import { isBetter } from '../domain/objective.ts';
import { artifactOf, type CompleteTrial, type FrozenTrial } from '../domain/trial.ts';
import type { Search } from './search.ts';

/** The best trials, best first; of equals the earlier. Their models stay on disk. */
export function findBestTrials(
  trials: readonly FrozenTrial[],
  direction: Direction,
  count: number,
): readonly CompleteTrial[] {
  const best: CompleteTrial[] = [];
  for (const trial of trials) {
    if (trial.state !== 'complete' || trial.excluded) continue;
    const rank = best.findIndex((other) => isBetter(direction, trial.values[0]!, other.values[0]!));
    if (rank < 0 && best.length >= count) continue;
    best.splice(rank < 0 ? best.length : rank, 0, trial);
    if (best.length > count) best.pop();
  }
  return best;
}

/** What a trial must reach for its model to be worth writing; null: any will do. */
export async function findKeepAbove({ parts, study, options }: Search): Promise<number | null> {
  const direction = study.directions[0]!;
  if (options.keepModels < 1)
    return direction === 'maximize' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const best = findBestTrials(await parts.storage.getTrials(study.id), direction, options.keepModels);
  return best.length < options.keepModels ? null : best.at(-1)!.values[0]!;
}

/** Numbers of the trials whose models are to stay. */
export async function findKeptNumbers({ parts, study, options }: Search): Promise<ReadonlySet<number>> {
  const trials = await parts.storage.getTrials(study.id);
  const best = findBestTrials(trials, study.directions[0]!, options.keepModels);
  return new Set(best.filter((trial) => artifactOf(trial) !== null).map(({ number }) => number));
}
