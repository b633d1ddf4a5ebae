import {
  containsValue,
  type Distribution,
  findDistributionFault,
  type Params,
  type ParamValue,
} from './distribution.ts';

/** Bounds or a list of values for each named parent; all must hold. A parent that is inactive never holds. */
export type Condition = Readonly<
  Record<string, readonly ParamValue[] | { readonly min?: number; readonly max?: number }>
>;

/** A parameter: its distribution, and when it takes part (an array of conditions: any of them holds). */
export type SpaceEntry = Distribution & { readonly when?: Condition | readonly Condition[] };

/** Parameters by name, in the order they are shown. */
export type SearchSpace = Readonly<Record<string, SpaceEntry>>;

/** Whether the parameter takes part, given the values of those before it. */
export function isActive(entry: SpaceEntry, params: Params): boolean {
  if (entry.when === undefined) return true;
  const conditions = Array.isArray(entry.when)
    ? (entry.when as readonly Condition[])
    : [entry.when as Condition];
  return conditions.some((condition) => holds(condition, params));
}

function holds(condition: Condition, params: Params): boolean {
  return Object.entries(condition).every(([parent, wanted]) => {
    if (!Object.hasOwn(params, parent)) return false;
    const value = params[parent]!;
    if (Array.isArray(wanted)) return wanted.includes(value);
    const { min = -Infinity, max = Infinity } = wanted as { min?: number; max?: number };
    return typeof value === 'number' && value >= min && value <= max;
  });
}

/** The parents that decide whether a parameter takes part. */
export function parentsOf(entry: SpaceEntry): string[] {
  if (entry.when === undefined) return [];
  const conditions = Array.isArray(entry.when)
    ? (entry.when as readonly Condition[])
    : [entry.when as Condition];
  return [...new Set(conditions.flatMap((condition) => Object.keys(condition)))];
}

/** Names with every parent before its children, otherwise in the space's order. Call on a valid space. */
export function topologicalOrder(space: SearchSpace): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const parent of parentsOf(space[name]!)) visit(parent);
    order.push(name);
  };
  for (const name of Object.keys(space)) visit(name);
  return order;
}

/** Walks the space parents first and asks `choose` for each active parameter's value: how every sampler builds params. */
export function buildParams(
  space: SearchSpace,
  choose: (name: string, entry: SpaceEntry, sofar: Params) => ParamValue,
): Params {
  const params: Record<string, ParamValue> = {};
  for (const name of topologicalOrder(space)) {
    const entry = space[name]!;
    if (isActive(entry, params)) params[name] = choose(name, entry, params);
  }
  return params;
}

/** The distributions of the active parameters, without their conditions: what a trial stores. */
export function activeDistributions(space: SearchSpace, params: Params): Record<string, Distribution> {
  const active: Record<string, Distribution> = {};
  for (const name of Object.keys(params)) {
    const entry = space[name];
    if (entry === undefined) continue;
    const { when: _, ...distribution } = entry;
    active[name] = distribution as Distribution;
  }
  return active;
}

/** Faults of a space, one sentence each with the parameter's name; empty when it can be searched. */
export function findSpaceFaults(space: SearchSpace): { readonly param: string; readonly fault: string }[] {
  const faults: { param: string; fault: string }[] = [];
  for (const [param, entry] of Object.entries(space)) {
    const fault = findDistributionFault(entry);
    if (fault !== null) faults.push({ param, fault });
    for (const parent of parentsOf(entry)) {
      if (!Object.hasOwn(space, parent))
        faults.push({ param, fault: `"when" names an unknown parameter "${parent}"` });
    }
  }
  return faults.length > 0 ? faults : findCycles(space);
}

function findCycles(space: SearchSpace): { param: string; fault: string }[] {
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    parentsOf(space[from]!).some((parent) => {
      if (parent === target) return true;
      if (seen.has(parent)) return false;
      seen.add(parent);
      return reaches(parent, target, seen);
    });
  return Object.keys(space)
    .filter((name) => reaches(name, name, new Set()))
    .map((param) => ({ param, fault: 'its "when" leads back to itself' }));
}

/** Why `params` are not a point of `space`, one sentence each; empty when they are. */
export function findParamFaults(space: SearchSpace, params: Params): string[] {
  const faults = Object.keys(params)
    .filter((name) => !Object.hasOwn(space, name))
    .map((name) => `unknown parameter "${name}"`);
  buildParams(space, (name, entry) => {
    const value = params[name];
    if (value === undefined) faults.push(`"${name}" has no value`);
    else if (!containsValue(entry, value))
      faults.push(`"${name}" = ${JSON.stringify(value)} is outside its range`);
    return value ?? null;
  });
  return faults;
}
