import { findBestTrials } from '../domain/best-trials.ts';
import { findPickedTrial } from '../domain/confirmation.ts';
import { isFeasible } from '../domain/constraint.ts';
import { artifactOf } from '../domain/trial.ts';
import type { Search } from './search.ts';

/**
 * What a trial must reach for its model to be worth writing; null: any will do. With several objectives no one value
 * decides, and before there are enough trials that keep the constraints neither.
 */
export async function findKeepAbove({ parts, study, options }: Search): Promise<number | null> {
  const direction = study.directions[0]!;
  if (modelsToKeep(options) < 1)
    return direction === 'maximize' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (study.directions.length > 1) return null;
  const count = modelsToKeep(options);
  const best = findBestTrials(study, await parts.storage.getTrials(study.id), count);
  const isDecided = best.length === count && best.every(isFeasible);
  return isDecided ? best.at(-1)!.values[0]! : null;
}

/** Numbers of the trials whose models are to stay: the best, and what a confirmation picked. */
export async function findKeptNumbers({ parts, study, options }: Search): Promise<ReadonlySet<number>> {
  const trials = await parts.storage.getTrials(study.id);
  const picked = findPickedTrial(study, trials);
  const best = [
    ...findBestTrials(study, trials, modelsToKeep(options)),
    ...(picked === null ? [] : [picked]),
  ];
  return new Set(best.filter((trial) => artifactOf(trial) !== null).map(({ number }) => number));
}

/** Whichever leader a confirmation picks must have its model. */
function modelsToKeep({ keepModels, confirm }: Search['options']): number {
  return Math.max(keepModels, confirm);
}
