import { CONFIRMATION_ATTRS, findPickedTrial } from '../domain/confirmation.ts';
import { isFeasible } from '../domain/constraint.ts';
import type { BoundStudy } from '../domain/study.ts';
import { artifactOf } from '../domain/trial.ts';
import type { OptimizeOptions } from './options.ts';
import type { Search } from './search.ts';
import type { TrialIndex } from './trial-index.ts';

/**
 * What a trial must reach for its model to be worth writing; null: any will do. With several objectives no one value
 * decides, and before there are enough trials that keep the constraints neither.
 */
export async function findKeepAbove({ study, options, lookUp }: Search): Promise<number | null> {
  const direction = study.directions[0]!;
  if (modelsToKeep(options) < 1)
    return direction === 'maximize' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (study.directions.length > 1) return null;
  const count = modelsToKeep(options);
  const { best } = await lookUp();
  const isDecided = best.length === count && best.every(isFeasible);
  return isDecided ? best.at(-1)!.values[0]! : null;
}

/** Numbers of the trials whose models are to stay: the best, and what a confirmation picked. */
export function listKeptNumbers(study: BoundStudy, { trials, best, front }: TrialIndex): readonly number[] {
  const isConfirmed = CONFIRMATION_ATTRS.outcome in study.systemAttrs;
  // Without a confirmation it is one of the front.
  const picked = findPickedTrial(study, isConfirmed ? trials : front);
  return [...best, ...(picked === null ? [] : [picked])]
    .filter((trial) => artifactOf(trial) !== null)
    .map(({ number }) => number);
}

/** Whichever leader a confirmation picks must have its model. */
export function modelsToKeep({
  keepModels,
  confirm,
}: Pick<OptimizeOptions, 'keepModels' | 'confirm'>): number {
  return Math.max(keepModels, confirm);
}
