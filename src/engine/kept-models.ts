import { findBestTrials } from '../domain/best-trials.ts';
import { isFeasible } from '../domain/constraint.ts';
import { artifactOf } from '../domain/trial.ts';
import type { Search } from './search.ts';

/**
 * What a trial must reach for its model to be worth writing; null: any will do. With several objectives no one value
 * decides, and before there are enough trials that keep the constraints neither.
 */
export async function findKeepAbove({ parts, study, options }: Search): Promise<number | null> {
  const direction = study.directions[0]!;
  if (options.keepModels < 1)
    return direction === 'maximize' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (study.directions.length > 1) return null;
  const best = findBestTrials(study, await parts.storage.getTrials(study.id), options.keepModels);
  const isDecided = best.length === options.keepModels && best.every(isFeasible);
  return isDecided ? best.at(-1)!.values[0]! : null;
}

/** Numbers of the trials whose models are to stay. */
export async function findKeptNumbers({ parts, study, options }: Search): Promise<ReadonlySet<number>> {
  const best = findBestTrials(study, await parts.storage.getTrials(study.id), options.keepModels);
  return new Set(best.filter((trial) => artifactOf(trial) !== null).map(({ number }) => number));
}
