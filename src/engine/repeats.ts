import type { Params } from '../domain/distribution.ts';
import type { FrozenTrial } from '../domain/trial.ts';

/** The trials of a study, and whether one with a number below `before` has run a configuration, or runs it. */
export interface KnownTrials {
  readonly trials: readonly FrozenTrial[];
  readonly isRepeat: (params: Params, before: number) => boolean;
}

/** Whether running the same configuration again would tell nothing new. */
export function teaches(trial: FrozenTrial): boolean {
  return (
    trial.state !== 'waiting' &&
    !trial.excluded &&
    (trial.state !== 'fail' || !['cancelled', 'lost'].includes(trial.failure.kind))
  );
}

/** Whether a configuration has been run, or runs. */
export function isRepeat(params: Params, history: readonly FrozenTrial[]): boolean {
  const names = Object.keys(params);
  // A plain loop: most trials differ in their first value, and there may be ten thousand of them.
  for (const trial of history) if (hasParams(trial, names, params) && teaches(trial)) return true;
  return false;
}

function hasParams(trial: FrozenTrial, names: readonly string[], params: Params): boolean {
  for (const name of names) if (trial.params[name] !== params[name]) return false;
  return Object.keys(trial.params).length === names.length;
}

/** The same text for the same configuration. */
export const keyOf = (params: Params): string =>
  JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
