import type { Cell, ParzenDimension } from '#bayesian-optimizer';
import {
  containsValue,
  countValues,
  type Distribution,
  fromUnit,
  type Params,
  type ParamValue,
  toUnit,
  unitBounds,
} from '../domain/distribution.ts';
import { type SearchSpace, type SpaceEntry, topologicalOrder } from '../domain/search-space.ts';
import { type FrozenTrial, isFinished } from '../domain/trial.ts';

/** A parameter as one coordinate: numbers on their (log) scale in [0, 1], choices as their index. */
export interface SearchDimension {
  readonly name: string;
  readonly distribution: Distribution;
  readonly parzen: ParzenDimension;
}

/** Parameters that are always active together, with more than one value each. */
export type DimensionGroup = readonly SearchDimension[];

/** Coordinates of finished trials, which never change and come with every ask. */
const encoded = new WeakMap<DimensionGroup, WeakMap<FrozenTrial, Float64Array | null>>();

/**
 * The space's parameters by when they are active, parents' groups first. Within a group every trial has all values or
 * none, so each group is an ordinary space (Optuna's group decomposition, taken from the declared conditions).
 */
export function groupDimensions(space: SearchSpace): readonly DimensionGroup[] {
  const groups = known.get(space) ?? findGroups(space);
  known.set(space, groups);
  return groups;
}

const known = new WeakMap<SearchSpace, readonly DimensionGroup[]>();

function findGroups(space: SearchSpace): DimensionGroup[] {
  const groups = new Map<string, SearchDimension[]>();
  for (const name of topologicalOrder(space)) {
    const key = JSON.stringify(space[name]!.when ?? null);
    if (!groups.has(key)) groups.set(key, []);
    if (countValues(space[name]!) > 1) groups.get(key)!.push(toDimension(name, space[name]!));
  }
  return [...groups.values()].filter((group) => group.length > 0);
}

export function toDimension(name: string, { when: _, ...rest }: SpaceEntry): SearchDimension {
  const distribution = rest as Distribution;
  return { name, distribution, parzen: parzenOf(distribution) };
}

function parzenOf(distribution: Distribution): ParzenDimension {
  if (distribution.type === 'categorical') return { type: 'categorical', size: distribution.choices.length };
  const step = distribution.type === 'int' ? (distribution.step ?? 1) : distribution.step;
  if (step === undefined) return { type: 'numeric', cellOf: null };
  const [bottom, top] = unitBounds(distribution);
  const scale = (x: number) => ((distribution.log ? Math.log(x) : x) - bottom) / (top - bottom);
  return {
    type: 'numeric',
    cellOf(u): Cell {
      const value = fromUnit(distribution, u) as number;
      return { low: scale(value - step / 2), high: scale(value + step / 2), center: scale(value) };
    },
  };
}

/** A group's coordinates of a trial, or null when a value is missing or outside its range. Not to be changed. */
export function encodeTrial(group: DimensionGroup, trial: FrozenTrial): Float64Array | null {
  if (!isFinished(trial)) return encode(group, trial.params);
  if (!encoded.has(group)) encoded.set(group, new WeakMap());
  const known = encoded.get(group)!;
  let point = known.get(trial);
  if (point === undefined) {
    point = encode(group, trial.params);
    known.set(trial, point);
  }
  return point;
}

function encode(group: DimensionGroup, params: Params): Float64Array | null {
  const point = new Float64Array(group.length);
  for (let j = 0; j < group.length; j++) {
    const { name, distribution } = group[j]!;
    const value = params[name];
    if (value === undefined || !containsValue(distribution, value)) return null;
    point[j] =
      distribution.type === 'categorical' ? distribution.choices.indexOf(value) : toUnit(distribution, value);
  }
  return point;
}

/** The value at a coordinate. */
export function decode({ distribution }: SearchDimension, coordinate: number): ParamValue {
  return distribution.type === 'categorical'
    ? distribution.choices[coordinate]!
    : fromUnit(distribution, coordinate);
}

/** The value of a parameter that has no other. */
export function onlyValue(entry: Distribution): ParamValue {
  return entry.type === 'categorical' ? entry.choices[0]! : entry.low;
}
