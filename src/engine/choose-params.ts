import {
  containsValue,
  type Distribution,
  fromUnit,
  type Params,
  snapValue,
} from '../domain/distribution.ts';
import type { Model, Sampler } from '../domain/ports.ts';
import { createRng, type Rng } from '../domain/random.ts';
import {
  activeDistributions,
  buildParams,
  findParamFaults,
  type SearchSpace,
} from '../domain/search-space.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { listUnused } from './exhausted.ts';
import { isRepeat } from './repeats.ts';

/** What a trial will run with. */
export interface ChosenParams {
  /** Points of the study's space: what is stored. */
  readonly params: Params;
  /** Enqueued values that take no part in the space here: run with, but stored only as they were enqueued. */
  readonly extra: Params;
  readonly distributions: Readonly<Record<string, Distribution>>;
  /** For people: what could not be honoured. */
  readonly warnings: readonly string[];
}

export interface Suggestion {
  readonly number: number;
  /** Enqueued values, used as they are; the rest is sampled. */
  readonly fixedParams: Params;
}

export interface ChoiceParts {
  readonly sampler: Sampler;
  readonly model: Model | null;
  /** As {@link isRepeat} with the history, for whoever knows without looking through it. */
  readonly isRepeat?: (params: Params) => boolean;
}

/** Where the sampler repeats a point, this often another one is asked for. */
const MAX_REDRAWS = 20;

/**
 * The params of trial `number`, from (study, history, number) alone: the model's known-good configurations first, then
 * the sampler's.
 * @param told every trial with a smaller number
 */
export async function chooseParams(
  study: BoundStudy,
  parts: ChoiceParts,
  suggestion: Suggestion,
  told: readonly FrozenTrial[],
): Promise<ChosenParams> {
  const { sampler, model } = parts;
  const history = await fillClaimed(study, { sampler, model }, told);
  return chooseFrom(study, history === told ? parts : { sampler, model }, suggestion, history);
}

async function chooseFrom(
  study: BoundStudy,
  { sampler, model, ...quicker }: ChoiceParts,
  { number, fixedParams }: Suggestion,
  history: readonly FrozenTrial[],
): Promise<ChosenParams> {
  const { space } = study.spec;
  if (Object.keys(fixedParams).length === 0) {
    const isTaken = quicker.isRepeat ?? ((params) => isRepeat(params, history));
    const known = firstConfiguration(study, model, number);
    const isNew = known !== null && !isTaken(known);
    const params = isNew ? known : await sampleNew(study, sampler, number, { history, isTaken });
    return { params, extra: {}, distributions: activeDistributions(space, params), warnings: [] };
  }
  const sampled = await sampler.sample(study, history, createRng(study.spec.seed, number));
  return mergeEnqueued(study, fixedParams, sampled, createRng(study.spec.seed, number, 'fill'));
}

/** So many claims at most are worked out: each costs a suggestion. */
const MAX_FILLED = 32;

/**
 * Numbers that others have claimed and choose params for at this moment are given those params here already: they follow
 * from what came before. So two who ask at the same time never choose the same point.
 */
async function fillClaimed(
  study: BoundStudy,
  parts: ChoiceParts,
  history: readonly FrozenTrial[],
): Promise<readonly FrozenTrial[]> {
  const bare = [...history.keys()].filter((i) => isBareClaim(history[i]!));
  if (bare.length === 0 || Object.keys(study.spec.space).length === 0) return history;
  const filled = [...history];
  for (const i of bare.slice(-MAX_FILLED)) {
    const trial = filled[i]!;
    const fixedParams = (trial.systemAttrs['fixed_params'] as Params | undefined) ?? {};
    const suggestion = { number: trial.number, fixedParams };
    const { params } = await chooseFrom(study, parts, suggestion, filled.slice(0, i));
    filled[i] = { ...trial, params };
  }
  return filled;
}

function isBareClaim({ state, params }: FrozenTrial): boolean {
  // A plain loop: asked of every trial, and there may be ten thousand of them.
  for (const _ in params) return false;
  return state === 'running';
}

/** Of the model's configurations that have a place in the study's space the one with this number, or null. */
export function firstConfiguration(study: BoundStudy, model: Model | null, number: number): Params | null {
  const { context } = study.spec;
  if (context === null || model === null) return null;
  const placed = model.defaults(context).map((configuration) => placeConfiguration(study, configuration));
  return placed.filter((params) => params !== null)[number] ?? null;
}

/** Moved into the space, with the fixed values; null when it is no point of it then. */
function placeConfiguration({ spec: { space, fixed } }: BoundStudy, configuration: Params): Params | null {
  const params = buildParams(space, (name, entry) => {
    // A fixed parent decides about its children, so it takes part like a sampled one.
    if (Object.hasOwn(fixed, name)) return fixed[name]!;
    const value = configuration[name] ?? null;
    return entry.type !== 'categorical' && typeof value === 'number' ? snapValue(entry, value) : value;
  });
  return findParamFaults(space, params).length === 0 ? params : null;
}

/**
 * The sampler's point, or another one where that has been run: no configuration is trained twice. A sampler that insists
 * is overruled, by a point that is left of a small space, or by a random one.
 */
async function sampleNew(
  study: BoundStudy,
  sampler: Sampler,
  number: number,
  {
    history,
    isTaken,
  }: { readonly history: readonly FrozenTrial[]; readonly isTaken: (params: Params) => boolean },
): Promise<Params> {
  const { seed } = study.spec;
  let params = await sampler.sample(study, history, createRng(seed, number));
  for (let redraw = 1; isTaken(params); redraw++) {
    if (redraw > MAX_REDRAWS) return overrule(study, number, history, params);
    params = await sampler.sample(study, history, createRng(seed, number, `redraw ${redraw}`));
  }
  return params;
}

/** A point that is left of a small space, or a random one; `repeat` where nothing is left. */
function overrule(
  { spec: { seed, space, fixed } }: BoundStudy,
  number: number,
  history: readonly FrozenTrial[],
  repeat: Params,
): Params {
  const rng = createRng(seed, number, 'overruled');
  const left = listUnused(space, fixed, history);
  if (left === null)
    return buildParams(space, (name, entry) => fixed[name] ?? fromUnit(entry, rng.uniform()));
  return left[rng.integer(left.length)] ?? repeat;
}

/** Enqueued values win; a child that they wake up and the sampler left out is drawn, unless the study fixes it. */
function mergeEnqueued(study: BoundStudy, enqueued: Params, sampled: Params, rng: Rng): ChosenParams {
  const { space, fixed } = study.spec;
  const warnings: string[] = [];
  const usable = Object.fromEntries(
    Object.entries(enqueued).filter(([name, value]) => {
      const entry = space[name];
      if (entry === undefined || containsValue(entry, value)) return true;
      const shown = `enqueued ${name} = ${JSON.stringify(value)}`;
      // A category is stored as its index: one that is not listed has none.
      warnings.push(
        `${shown} is outside its range${entry.type === 'categorical' ? '; sampled instead' : ''}`,
      );
      return entry.type !== 'categorical';
    }),
  );
  const params = buildParams(
    space,
    (name, entry) => usable[name] ?? sampled[name] ?? fixed[name] ?? fromUnit(entry, rng.uniform()),
  );
  const extra = extraParams(usable, params, space);
  for (const name of Object.keys(extra))
    warnings.push(`enqueued ${name} takes no part in this search space here; it is used all the same`);
  return { params, extra, distributions: activeDistributions(space, params), warnings };
}

/** Of a trial's enqueued values those that are not among its params; a category that is not listed is none. */
export function extraParams(enqueued: Params, params: Params, space: SearchSpace): Params {
  return Object.fromEntries(
    Object.entries(enqueued).filter(
      ([name, value]) =>
        !Object.hasOwn(params, name) && (space[name] === undefined || containsValue(space[name], value)),
    ),
  );
}
