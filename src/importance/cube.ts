import { countValues, type Distribution, toUnit } from '../domain/distribution.ts';
import type { FrozenTrial } from '../domain/trial.ts';

/** A parameter as the trials that have it saw it, on the unit interval (log and steps taken into account). */
export interface Dimension {
  readonly param: string;
  /** The trials in which it took part, as indices into the scored trials, rising. */
  readonly rows: readonly number[];
  /** One a row of `rows`, in (0, 1): the middle of the value's share. */
  readonly values: Float64Array;
  /** Different values there are; Infinity for a continuous one. */
  readonly count: number;
  /** Of choices, which have no order; else of numbers. */
  readonly isCategorical: boolean;
}

/** A trial and how it did: smaller is better; Infinity for one that was stopped because it was bad. */
export interface ScoredTrial {
  readonly trial: FrozenTrial;
  readonly loss: number;
}

/**
 * The parameters that have at least two different values, in the order they turn up. A parameter whose range changed
 * during the search is seen in the latest one; values outside of it are left out.
 */
export function listDimensions(
  scored: readonly ScoredTrial[],
  params: readonly string[] | null,
): Dimension[] {
  const latest = new Map<string, Distribution>();
  for (const { trial } of scored)
    for (const [name, distribution] of Object.entries(trial.distributions))
      if (Object.hasOwn(trial.params, name)) latest.set(name, distribution);
  return [...latest]
    .filter(([name]) => params === null || params.includes(name))
    .map(([name, distribution]) => toDimension(name, distribution, scored))
    .filter(({ values }) => new Set(values).size > 1);
}

function toDimension(param: string, distribution: Distribution, scored: readonly ScoredTrial[]): Dimension {
  const rows = [...scored.keys()].filter((row) => {
    const { params } = scored[row]!.trial;
    return Object.hasOwn(params, param) && isInside(distribution, params[param]);
  });
  return {
    param,
    rows,
    values: Float64Array.from(rows, (row) => toUnit(distribution, scored[row]!.trial.params[param]!)),
    count: countValues(distribution),
    isCategorical: distribution.type === 'categorical',
  };
}

function isInside(distribution: Distribution, value: unknown): boolean {
  if (distribution.type === 'categorical') return distribution.choices.some((choice) => choice === value);
  return typeof value === 'number' && value >= distribution.low && value <= distribution.high;
}
