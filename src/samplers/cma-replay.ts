import {
  applyMargin,
  type CellOf,
  type CmaPoint,
  type CmaState,
  defaultPopulation,
  drawCma,
  marginOf,
  startCma,
  updateCma,
} from '#bayesian-optimizer';
import { createRng, type Rng } from '../domain/random.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { rankTrials } from './rank-trials.ts';
import { type DimensionGroup, decode, encodeTrial } from './search-dimensions.ts';

/** Of the first distribution, around the middle of the unit cube. */
const START_SIGMA = 0.2;
/** Draws that may miss the cube before the last one is moved to its border. */
const MOST_DRAWS = 50;
/** A distribution that is narrower than this share of every range has nothing left to find: a larger one starts. */
const CONVERGED = 1e-6;
const MOST_CONDITION = 1e14;
/** A trial that was asked for while others ran was drawn from a distribution of at most so many generations ago. */
const EARLIER_STATES = 3;

/** A search so far, as CMA-ES has seen it. */
interface Replay {
  /** The trials of whole generations, in the order they ended. */
  readonly trials: readonly FrozenTrial[];
  /** The distribution now, and those before it, newest first. */
  readonly states: readonly CmaState[];
}

/** What was replayed last, to go on from: replaying it again would give the same. */
const replayed = new WeakMap<DimensionGroup, Replay>();

/**
 * The distribution after a history. Nothing is kept between calls: trials that ended are taken in the order they ended, a
 * population at a time, and each generation moves the distribution. Trials of any origin count.
 * @param group numeric coordinates, all of them active in every trial
 */
export function replayCma(
  study: BoundStudy,
  group: DimensionGroup,
  history: readonly FrozenTrial[],
): CmaState {
  const trials = rankTrials(study.directions[0]!, history)
    .ranked.filter((trial) => encodeTrial(group, trial) !== null)
    .sort((a, b) => endOf(a) - endOf(b) || a.number - b.number);
  const before = replayed.get(group);
  const goesOn = before?.trials.every((trial, i) => trials[i] === trial) ?? false;
  let replay: Replay = goesOn && before ? before : { trials: [], states: [firstState(group)] };
  for (;;) {
    const used = replay.trials.length;
    const next = trials.slice(used, used + replay.states[0]!.population);
    if (next.length < replay.states[0]!.population) break;
    const state = advance(study, group, replay.states, next);
    replay = {
      trials: [...replay.trials, ...next],
      states: [state, ...replay.states].slice(0, EARLIER_STATES),
    };
  }
  replayed.set(group, replay);
  return replay.states[0]!;
}

const endOf = (trial: FrozenTrial): number => ('completedAt' in trial ? trial.completedAt : 0);

function firstState(group: DimensionGroup): CmaState {
  const middle = new Float64Array(group.length).fill(0.5);
  return withMargin(group, startCma(middle, START_SIGMA, defaultPopulation(group.length)));
}

function withMargin(group: DimensionGroup, state: CmaState): CmaState {
  return applyMargin(state, group.map(cellsOf), marginOf(state));
}

function cellsOf({ parzen }: DimensionGroup[number]): CellOf | null {
  if (parzen.type === 'categorical' || parzen.cellOf === null) return null;
  const { cellOf } = parzen;
  return (x) => {
    const { low, high } = cellOf(Math.min(Math.max(x, 0), 1));
    return { low: low > 1e-9 ? low : -Infinity, high: high < 1 - 1e-9 ? high : Infinity };
  };
}

function advance(
  study: BoundStudy,
  group: DimensionGroup,
  states: readonly CmaState[],
  generation: readonly FrozenTrial[],
): CmaState {
  const { ranked } = rankTrials(study.directions[0]!, generation);
  const next = updateCma(
    states[0]!,
    ranked.map((trial) => pointOf(study, group, states, trial)),
  );
  if (!isConverged(next)) return withMargin(group, next);
  return restart(study, group, next);
}

/** A trial's point before it was rounded, drawn once more; its rounded one if it came from elsewhere. */
function pointOf(
  study: BoundStudy,
  group: DimensionGroup,
  states: readonly CmaState[],
  trial: FrozenTrial,
): CmaPoint {
  for (const state of states) {
    const x = drawPoint(state, createRng(study.spec.seed, trial.number, 'cma-es'));
    if (group.every((dim, j) => decode(dim, x[j]!) === trial.params[dim.name])) return { x, isOwn: true };
  }
  return { x: encodeTrial(group, trial)!, isOwn: false };
}

/** A draw that lies in the unit cube. */
export function drawPoint(state: CmaState, rng: Rng): Float64Array {
  let x = drawCma(state, rng.normal);
  for (let i = 1; i < MOST_DRAWS && !x.every((u) => u >= 0 && u <= 1); i++) x = drawCma(state, rng.normal);
  return x.map((u) => Math.min(Math.max(u, 0), 1));
}

function isConverged({ sigma, covariance, eigen, mean, stretch }: CmaState): boolean {
  const d = mean.length;
  const widest = Math.max(...mean.map((_, j) => sigma * stretch[j]! * Math.sqrt(covariance[j * d + j]!)));
  const condition = Math.max(...eigen.values) / Math.min(...eigen.values);
  return !(widest >= CONVERGED) || !(condition <= MOST_CONDITION);
}

/** From another place with twice the population (IPOP: A. Auger, N. Hansen, CEC 2005). */
function restart(
  { spec }: BoundStudy,
  group: DimensionGroup,
  { population, generation }: CmaState,
): CmaState {
  const rng = createRng(spec.seed, generation, 'cma-es restart');
  const mean = Float64Array.from(group, rng.uniform);
  return withMargin(group, startCma(mean, START_SIGMA, 2 * population));
}
