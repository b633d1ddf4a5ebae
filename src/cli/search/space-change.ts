import { containsValue, type Distribution } from '../../domain/distribution.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import type { FrozenTrial } from '../../domain/trial.ts';

/** What a changed search space means for a study that has trials. */
export interface SpaceChange {
  /** One line a changed parameter. */
  readonly changes: readonly string[];
  /** Parameters that can't change within one study (Optuna's rule): another type or scale, other choices. */
  readonly needCopy: readonly string[];
}

/** Compares parameter by parameter; both spaces have the same names. */
export function compareSpaces(before: SearchSpace, now: SearchSpace): SpaceChange {
  const changed = Object.keys(now).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]),
  );
  return {
    changes: changed.map((name) => `${name}: ${describe(before[name]!)}, now ${describe(now[name]!)}`),
    needCopy: changed.filter((name) => kindOf(before[name]!) !== kindOf(now[name]!)),
  };
}

function kindOf(d: Distribution): string {
  if (d.type === 'categorical') return JSON.stringify(d.choices);
  return `${d.type} ${d.log ?? false}`;
}

function describe(d: Distribution): string {
  if (d.type === 'categorical') return d.choices.map((choice) => JSON.stringify(choice)).join('|');
  return `${d.type} ${d.low}…${d.high}${d.log ? ' log' : ''}${d.step === undefined ? '' : ` step ${d.step}`}`;
}

/** Trials whose point lies in the space: a sampler learns from them, and leaves the others out where they lie outside. */
export function countInside(trials: readonly FrozenTrial[], space: SearchSpace): number {
  return trials.filter(({ params }) =>
    Object.entries(params).every(
      ([name, value]) => space[name] === undefined || containsValue(space[name], value),
    ),
  ).length;
}
