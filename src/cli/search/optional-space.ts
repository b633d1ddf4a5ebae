import { containsValue, type Params, type ParamValue } from '../../domain/distribution.ts';
import {
  type Condition,
  isActive,
  parentsOf,
  type SearchSpace,
  type SpaceEntry,
} from '../../domain/search-space.ts';

/** The space with the parameters that were named and that the model only searches when they are. */
export function addNamed(space: SearchSpace, optional: SearchSpace, names: readonly string[]): SearchSpace {
  const added = names.filter((name) => !Object.hasOwn(space, name) && Object.hasOwn(optional, name));
  return { ...space, ...Object.fromEntries(added.map((name) => [name, optional[name]!])) };
}

/** The space with those fixed choices that the model knows but does not search by itself. */
export function addFixedChoices(space: SearchSpace, optional: SearchSpace, fixed: Params): SearchSpace {
  const widened = Object.entries(fixed).flatMap(([name, value]) => {
    const [own, known] = [space[name], optional[name]];
    if (own?.type !== 'categorical' || known === undefined) return [];
    if (own.choices.includes(value) || !containsValue(known, value)) return [];
    return [[name, { ...own, choices: [...own.choices, value] }] as const];
  });
  return { ...space, ...Object.fromEntries(widened) };
}

/** One sentence for each fixed parameter that can never take part beside the other fixed ones. */
export function findIdleFixed(space: SearchSpace, fixed: Params): string[] {
  return Object.keys(fixed).flatMap((name) => {
    const entry = space[name];
    if (entry === undefined || canTakePart(entry, space, fixed)) return [];
    return [`${name} is fixed, but takes no part: it needs ${describeConditions(entry)}`];
  });
}

function canTakePart(entry: SpaceEntry, space: SearchSpace, fixed: Params): boolean {
  const points = parentsOf(entry).reduce<Params[]>(
    (sofar, parent) => {
      const values = Object.hasOwn(fixed, parent) ? [fixed[parent]!] : tellingValues(parent, entry, space);
      return sofar.flatMap((point) => values.map((value) => Object.assign({}, point, { [parent]: value })));
    },
    [{}],
  );
  return points.some((point) => isActive(entry, point));
}

/** Of a parent that is not fixed: all choices, or of a range both ends and the bounds that the entry asks for. */
function tellingValues(parent: string, entry: SpaceEntry, space: SearchSpace): readonly ParamValue[] {
  const own = space[parent];
  if (own === undefined) return [];
  if (own.type === 'categorical') return own.choices;
  const bounds = conditionsOf(entry).flatMap((condition) => Object.values(condition[parent] ?? {}));
  return [own.low, own.high, ...bounds.filter((bound) => containsValue(own, bound))];
}

function describeConditions(entry: SpaceEntry): string {
  return conditionsOf(entry)
    .map((condition) => Object.entries(condition).map(describeWanted).join(' and '))
    .join(', or ');
}

function describeWanted([name, wanted]: [string, Condition[string]]): string {
  if (Array.isArray(wanted)) return `${name} ${wanted.join(' or ')}`;
  const { min, max } = wanted as { min?: number; max?: number };
  return [
    ...(min === undefined ? [] : [`${name} of at least ${min}`]),
    ...(max === undefined ? [] : [`${name} of at most ${max}`]),
  ].join(' and ');
}

function conditionsOf({ when = [] }: SpaceEntry): readonly Condition[] {
  return Array.isArray(when) ? (when as readonly Condition[]) : [when as Condition];
}
