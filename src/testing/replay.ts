import type { Params } from '../domain/distribution.ts';
import type { HpoEvent, Storage } from '../domain/ports.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import type { AskedFrom } from '../engine/basis.ts';
import { type ChoiceParts, chooseParams } from '../engine/choose-params.ts';

export interface Replayed {
  readonly number: number;
  readonly stored: Params;
  readonly again: Params;
}

/**
 * Chooses every trial's params again, in the order of the study's events and from what was known at each: with nothing
 * but the database, and the sampler as it is made anew.
 */
export async function replayEvents(
  study: BoundStudy,
  storage: Storage,
  parts: ChoiceParts,
): Promise<Replayed[]> {
  const trials = await storage.getTrials(study.id);
  const excluded = new Set<number>();
  const replayed = new Map<number, Replayed>();
  for (const event of await storage.listEvents(study.id)) {
    const { number } = (event.payload ?? {}) as { readonly number?: number };
    if (event.kind === 'excluded') excluded.add(number!);
    if (event.kind === 'included') excluded.delete(number!);
    if (event.kind !== 'asked') continue;
    const history = historyAt(event, trials).map((trial) => markExcluded(trial, excluded.has(trial.number)));
    const { params: stored, systemAttrs } = trials[number!]!;
    const fixedParams = (systemAttrs['fixed_params'] ?? {}) as Params;
    const { params: again } = await chooseParams(study, parts, { number: number!, fixedParams }, history);
    // A number that was sampled twice (its engine died) holds what was chosen last.
    replayed.set(number!, { number: number!, stored, again });
  }
  return [...replayed.values()].sort((a, b) => a.number - b.number);
}

/** The trials before the asked one, those that were open then without what they became. */
function historyAt({ payload }: HpoEvent, trials: readonly FrozenTrial[]): FrozenTrial[] {
  const { number, running, unsampled, waiting } = payload as AskedFrom;
  const [ran, bare, waited] = [running, unsampled, waiting].map(readRanges) as [
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  return trials.slice(0, number).map((trial): FrozenTrial => {
    const { id, number: at, distributions, userAttrs, systemAttrs } = trial;
    const common = { id, number: at, userAttrs, systemAttrs, intermediateValues: new Map() };
    if (waited.has(at)) return { ...common, params: {}, distributions: {}, state: 'waiting' };
    if (bare.has(at)) return { ...common, params: {}, distributions: {}, state: 'running', startedAt: 0 };
    if (ran.has(at))
      return { ...common, params: trial.params, distributions, state: 'running', startedAt: 0 };
    return trial;
  });
}

function markExcluded(trial: FrozenTrial, isExcluded: boolean): FrozenTrial {
  const { excluded: _, ...rest } = trial;
  return isExcluded ? { ...rest, excluded: true } : rest;
}

function readRanges(text: string): Set<number> {
  const numbers = text.split(',').flatMap((range) => {
    if (range === '') return [];
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last! - first + 1 }, (_, i) => first + i);
  });
  return new Set(numbers);
}
