import type { Params } from '../domain/distribution.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { estimateLosses } from './pruned-losses.ts';
import type { RankedTrials } from './rank-trials.ts';

/** What a Gaussian process is to learn from, as plain data that another thread can be sent. */
export interface GpProblem {
  readonly space: SearchSpace;
  /** Of the draws of the model's parameters, which are the same in every process that asks. */
  readonly seed: number;
  /**
   * Whether values may be bent towards their logarithms. That resolves steep valleys, and overlooks others: so every other
   * suggestion is made without.
   */
  readonly mayBend: boolean;
  /** Trials that could be trained, best first: those that are modelled, and those that the parameters are learned from. */
  readonly modelled: readonly Observation[];
  readonly learned: readonly Observation[];
  /** Configurations that could not be trained, latest last. */
  readonly failed: readonly Params[];
  /** Configurations that run now. */
  readonly running: readonly Params[];
}

export interface Observation {
  readonly number: number;
  readonly params: Params;
  /** Finite; smaller is better. */
  readonly loss: number;
}

/**
 * Points that are modelled at most, as the work grows with their cube: half of them the best, half spread over the others.
 * The model's parameters are learned from fewer.
 */
const MODELLED_POINTS = 200;
const LEARNED_POINTS = 100;
/** Up to so many trials the parameters are learned anew at each; then only at every so many. */
const ALWAYS_LEARNED = 50;
const LEARNED_EVERY = 5;

export function describeProblem(
  { space, seed, mayBend }: Pick<GpProblem, 'space' | 'seed' | 'mayBend'>,
  trials: RankedTrials,
): GpProblem {
  const losses = estimateLosses(trials);
  const failed = trials.ranked.slice(trials.nFeasible).map(({ params }) => params);
  const observations = trials.ranked
    .slice(0, trials.nFeasible)
    .map(({ number, params }, i) => ({ number, params, loss: losses[i]! }));
  return {
    space,
    seed,
    mayBend,
    modelled: selectPoints(observations, MODELLED_POINTS),
    learned: selectToLearn(observations),
    failed: failed.slice(-MODELLED_POINTS),
    running: trials.pending.map(({ params }) => params).filter((params) => Object.keys(params).length > 0),
  };
}

/** The same for several trials in a row, once there are many. */
function selectToLearn(observations: readonly Observation[]): readonly Observation[] {
  const n = observations.length;
  if (n <= ALWAYS_LEARNED) return observations;
  const numbers = observations.map(({ number }) => number).sort((a, b) => a - b);
  const last = numbers[n - (n % LEARNED_EVERY) - 1]!;
  return selectPoints(
    observations.filter(({ number }) => number <= last),
    LEARNED_POINTS,
  );
}

/** At most so many. @param ranked best first */
function selectPoints(ranked: readonly Observation[], most: number): readonly Observation[] {
  if (ranked.length <= most) return ranked;
  const others = ranked.slice(most / 2);
  const stride = others.length / (most / 2);
  const spread = Array.from({ length: most / 2 }, (_, i) => others[Math.floor(i * stride)]!);
  return [...ranked.slice(0, most / 2), ...spread];
}
