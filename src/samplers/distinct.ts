import { countValues, fromUnit, type Params, type ParamValue, snapValue } from '../domain/distribution.ts';
import type { Rng } from '../domain/random.ts';
import { buildParams, type SearchSpace, type SpaceEntry } from '../domain/search-space.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { listPoints, takePoints } from './list-points.ts';

/** Points that are looked through, one by one, when random draws find no free one. */
const LISTED_POINTS = 10_000;
const TRIES = 16;

/** A uniformly random point: each parameter uniform on its own (log) scale. */
export function drawUniform(space: SearchSpace, rng: Rng): Params {
  return buildParams(space, (_, entry) => fromUnit(entry, rng.uniform()));
}

/** How many points share this point's active parameters; Infinity when one of them is continuous. */
export function countPoints(space: SearchSpace, params: Params): number {
  return Object.keys(params).reduce((n, name) => n * countValues(space[name]!), 1);
}

/**
 * A point from `draw` that no trial has or had, so that no configuration runs twice while others remain: draws again,
 * then draws at random, then looks through a small space. Where every point was taken a repeat comes back, if it can be
 * one that is not running now.
 * @param tries how often `draw` may be asked again
 */
export function drawDistinct(
  space: SearchSpace,
  history: readonly FrozenTrial[],
  rng: Rng,
  draw: () => Params,
  tries = TRIES,
): Params {
  const taken = listTaken(history);
  const isFree = (params: Params) => !taken.some((other) => isSamePoint(params, other));
  for (let i = 0; i <= tries + TRIES; i++) {
    const params = i <= tries ? draw() : drawUniform(space, rng);
    if (isFree(params)) return params;
  }
  return pickFreePoint(space, taken, rng) ?? pickRepeat(history, draw);
}

/** The points that trials have or had. */
export function listTaken(history: readonly FrozenTrial[]): Params[] {
  return history.filter(isTaken).map(pointOf);
}

/** Lost, crashed, cancelled and excluded trials say nothing about their point: it may run again. */
function isTaken(trial: FrozenTrial): boolean {
  if (trial.excluded) return false;
  if (trial.state !== 'fail') return true;
  const { kind } = trial.failure;
  return kind === 'out-of-memory' || kind === 'diverged' || kind === 'timeout' || kind === 'bad-config';
}

/** A trial's params; those it was enqueued with while it waits (Optuna's attribute). */
function pointOf(trial: FrozenTrial): Params {
  if (trial.state !== 'waiting') return trial.params;
  return (trial.systemAttrs['fixed_params'] as Params | undefined) ?? trial.params;
}

function isSamePoint(params: Params, other: Params): boolean {
  const names = Object.keys(params);
  return names.every((name) => params[name] === other[name]) && Object.keys(other).length === names.length;
}

function pickFreePoint(space: SearchSpace, taken: readonly Params[], rng: Rng): Params | null {
  const isFree = freeTest(taken);
  const free = takePoints(listPoints(space, listValues), LISTED_POINTS).filter(isFree);
  return free.length > 0 ? free[rng.integer(free.length)]! : null;
}

/** Tells points that are not among `taken`; made for many questions. */
export function freeTest(taken: readonly Params[]): (params: Params) => boolean {
  const keyOf = (params: Params) =>
    JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
  const keys = new Set(taken.map(keyOf));
  return (params) => !keys.has(keyOf(params));
}

/** Every value of a finite range; none of a continuous one. */
function* listValues(entry: SpaceEntry): Generator<ParamValue> {
  if (entry.type === 'categorical') yield* entry.choices;
  else {
    const n = countValues(entry);
    for (let i = 0; i < n && n !== Number.POSITIVE_INFINITY; i++)
      yield snapValue(entry, entry.low + i * (entry.step ?? 1));
  }
}

function pickRepeat(history: readonly FrozenTrial[], draw: () => Params): Params {
  const running = history.filter(({ state }) => state === 'running' || state === 'waiting').map(pointOf);
  let params = draw();
  for (let i = 0; i < TRIES && running.some((other) => isSamePoint(params, other)); i++) params = draw();
  return params;
}
