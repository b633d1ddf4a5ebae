import type { Params, ParamValue } from '../domain/distribution.ts';
import { isActive, type SearchSpace, type SpaceEntry, topologicalOrder } from '../domain/search-space.ts';

/** Every combination of the given values of all parameters, parents first; conditional ones only where they are active. */
export function listPoints(
  space: SearchSpace,
  valuesOf: (entry: SpaceEntry) => Iterable<ParamValue>,
): Generator<Params> {
  return combine(space, topologicalOrder(space), {}, valuesOf);
}

function* combine(
  space: SearchSpace,
  order: readonly string[],
  params: Params,
  valuesOf: (entry: SpaceEntry) => Iterable<ParamValue>,
): Generator<Params> {
  const [name, ...rest] = order;
  if (name === undefined) yield params;
  else if (!isActive(space[name]!, params)) yield* combine(space, rest, params, valuesOf);
  else
    for (const value of valuesOf(space[name]!))
      yield* combine(space, rest, { ...params, [name]: value }, valuesOf);
}

/** The first `most` of them. */
export function takePoints(points: Iterable<Params>, most: number): Params[] {
  const taken: Params[] = [];
  for (const params of points) {
    if (taken.length >= most) break;
    taken.push(params);
  }
  return taken;
}
