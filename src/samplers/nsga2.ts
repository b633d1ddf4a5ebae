/**
 * NSGA-II, a genetic search for a front: parents are chosen among the best trials so far, front by front and the lonely
 * before the crowded; a child mixes two of them and is mutated a little. Trials that break constraints come last, the less
 * broken before the more (Deb's rules).
 *
 * K. Deb et al.: A fast and elitist multiobjective genetic algorithm: NSGA-II. IEEE Trans. Evol. Comput. 6 (2002); simulated
 * binary crossover and polynomial mutation: K. Deb, R. B. Agrawal, Complex Systems 9 (1995), and Deb's book (2001), 4.3.
 *
 * The population is not stored: it is the best trials of the history, which is what an elitist search keeps. So a resumed
 * search is the search, and a child is made as soon as a worker is free (the steady state of J. Durillo et al., EMO 2009,
 * which needs fewer trials than whole generations).
 */
import { sortBestFirst } from '../domain/best-trials.ts';
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import { containsValue, fromUnit, type Params, type ParamValue, toUnit } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import type { Rng } from '../domain/random.ts';
import { buildParams, type SearchSpace, type SpaceEntry } from '../domain/search-space.ts';
import { drawDistinct } from './distinct.ts';
import { searchSpaceOf } from './search-space-of.ts';
import { sobolSampler } from './sobol.ts';

export const nsga2Rules = {
  populationSize: { default: 20, min: 2, integer: true, about: 'trials that parents are chosen among' },
  crossoverRate: { default: 0.9, min: 0, max: 1, about: 'share of the children that have two parents' },
  crossoverIndex: { default: 1, min: 0, about: 'how near to its parents a child is; larger is nearer' },
  mutationIndex: { default: 2, min: 0, about: 'how small mutations are; larger is smaller' },
} satisfies OptionRules;
type Nsga2Options = OptionValues<typeof nsga2Rules>;

export function nsga2Sampler(options: Nsga2Options): Sampler {
  const startup = sobolSampler();
  return {
    sample(study, history, rng) {
      const space = searchSpaceOf(study);
      const population = sortBestFirst(study, history).slice(0, options.populationSize);
      if (population.length < options.populationSize) return startup.sample(study, history, rng);
      const parents = population.map(({ params }) => params);
      return drawDistinct(space, history, rng, () => breed(space, parents, options, rng));
    },
  };
}

/** @param parents best first */
function breed(space: SearchSpace, parents: readonly Params[], options: Nsga2Options, rng: Rng): Params {
  const [mother, father] = [pickParent(parents, rng), pickParent(parents, rng)];
  const isCrossed = rng.uniform() < options.crossoverRate;
  const child = buildParams(space, (name, entry) => {
    const [a, b] = [valueIn(entry, mother[name]), valueIn(entry, father[name])];
    // Only one parent, or none, was where this parameter is active.
    if (a === undefined || b === undefined) return a ?? b ?? fromUnit(entry, rng.uniform());
    return isCrossed ? cross(entry, a, b, options.crossoverIndex, rng) : a;
  });
  const isCopy = [mother, father].some((parent) =>
    Object.keys(child).every((name) => child[name] === parent[name]),
  );
  return mutate(space, { child, isCopy }, options.mutationIndex, rng);
}

interface Child {
  readonly child: Params;
  /** The same as one of its parents. */
  readonly isCopy: boolean;
}

/** Binary tournament: the better of two. */
function pickParent(parents: readonly Params[], rng: Rng): Params {
  return parents[Math.min(rng.integer(parents.length), rng.integer(parents.length))]!;
}

/** A value from outside the present range teaches nothing. */
function valueIn(entry: SpaceEntry, value: ParamValue | undefined): ParamValue | undefined {
  return value !== undefined && containsValue(entry, value) ? value : undefined;
}

/** Simulated binary crossover of numbers on their own scale, one of the two of choices; half of the genes stay as they are. */
function cross(entry: SpaceEntry, a: ParamValue, b: ParamValue, index: number, rng: Rng): ParamValue {
  if (rng.uniform() < 0.5) return a;
  if (entry.type === 'categorical') return b;
  const [u, v] = [toUnit(entry, a), toUnit(entry, b)];
  const draw = rng.uniform();
  const spread = draw < 0.5 ? (2 * draw) ** (1 / (index + 1)) : (2 * (1 - draw)) ** (-1 / (index + 1));
  return fromUnit(entry, clamp((u + v) / 2 - (spread * (v - u)) / 2));
}

/** Every parameter with the same chance, one on average; a child that is its parent would be wasted, so it changes somewhere. */
function mutate(space: SearchSpace, { child, isCopy }: Child, index: number, rng: Rng): Params {
  const names = Object.keys(child);
  const chosen = new Set(names.filter(() => rng.uniform() < 1 / names.length));
  if (isCopy && chosen.size === 0 && names.length > 0) chosen.add(names[rng.integer(names.length)]!);
  return buildParams(space, (name, entry) => {
    const value = child[name];
    // A mutated parent wakes up children of its own.
    if (value === undefined) return fromUnit(entry, rng.uniform());
    return chosen.has(name) ? mutateValue(entry, value, index, rng) : value;
  });
}

/** Another choice, or a number moved by polynomial mutation. */
function mutateValue(entry: SpaceEntry, value: ParamValue, index: number, rng: Rng): ParamValue {
  if (entry.type === 'categorical') {
    const others = entry.choices.filter((choice) => choice !== value);
    return others.length === 0 ? value : others[rng.integer(others.length)]!;
  }
  const draw = rng.uniform();
  const shift = draw < 0.5 ? (2 * draw) ** (1 / (index + 1)) - 1 : 1 - (2 * (1 - draw)) ** (1 / (index + 1));
  return fromUnit(entry, clamp(toUnit(entry, value) + shift));
}

const clamp = (u: number): number => Math.min(Math.max(u, 0), 1);
