import {
  countValues,
  type Distribution,
  type Params,
  type ParamValue,
  snapValue,
} from '../domain/distribution.ts';
import { isActive, type SearchSpace, topologicalOrder } from '../domain/search-space.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { keyOf, teaches } from './repeats.ts';

/** A space with more points than this is as good as endless. */
const MAX_POINTS = 10_000;

/**
 * Whether every point of a finite space has been run or is running, so that a further trial could only repeat one. A
 * space without parameters is never exhausted: whoever searches nothing wants the repeats.
 */
export function isExhausted(space: SearchSpace, fixed: Params, history: readonly FrozenTrial[]): boolean {
  // The bound first: it is cheap, and most spaces are too large.
  if (Object.keys(space).length === 0 || !isSmall(space)) return false;
  if (history.some(({ state }) => state === 'waiting')) return false;
  return listUnused(space, fixed, history)?.length === 0;
}

/** The points of a finite space that have not been run; null where there are too many to list. */
export function listUnused(
  space: SearchSpace,
  fixed: Params,
  history: readonly FrozenTrial[],
): readonly Params[] | null {
  if (!isSmall(space)) return null;
  const left = new Map<string, Params>();
  for (const point of listPoints(space, fixed, topologicalOrder(space))) left.set(keyOf(point), point);
  for (const trial of history) if (teaches(trial)) left.delete(keyOf(trial.params));
  return [...left.values()];
}

function isSmall(space: SearchSpace): boolean {
  return Object.values(space).reduce((product, entry) => product * countValues(entry), 1) <= MAX_POINTS;
}

function* listPoints(
  space: SearchSpace,
  fixed: Params,
  [name, ...rest]: readonly string[],
  sofar: Params = {},
): Generator<Params> {
  if (name === undefined) return yield sofar;
  const entry = space[name]!;
  if (!isActive(entry, sofar)) return yield* listPoints(space, fixed, rest, sofar);
  const values = Object.hasOwn(fixed, name) ? [fixed[name]!] : listValues(entry);
  for (const value of values) yield* listPoints(space, fixed, rest, { ...sofar, [name]: value });
}

function listValues(d: Distribution): readonly ParamValue[] {
  if (d.type === 'categorical') return d.choices;
  const step = d.step ?? 1;
  return Array.from({ length: countValues(d) }, (_, k) => snapValue(d, d.low + k * step));
}
