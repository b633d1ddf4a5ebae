/**
 * Lets a sampler that knows one objective work on a study with several, and with constraints: before each suggestion the
 * history is told anew, with one value a trial.
 *
 * `ordered` values a trial by its place in a total order: front by front, within a front by how much hypervolume each
 * trial adds to those before it (as Y. Ozaki et al.: Multiobjective tree-structured Parzen estimator, GECCO 2020, split
 * theirs). For samplers that look at ranks. `weighted` values it by a weighted Chebyshev distance from the ideal point,
 * with weights drawn anew for each suggestion, so that a search looks along the whole front (J. Knowles: ParEGO, IEEE Trans.
 * Evol. Comput. 10 (2006), section III). For samplers that model the value.
 */
import { isCandidate, lossesOf } from '../domain/best-trials.ts';
import { isFeasible, totalViolation } from '../domain/constraint.ts';
import type { Direction } from '../domain/objective.ts';
import { reportedObjective } from '../domain/objective.ts';
import { findNonDominated, type Point } from '../domain/pareto.ts';
import type { Sampler } from '../domain/ports.ts';
import type { Rng } from '../domain/random.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { CompleteTrial, FrozenTrial } from '../domain/trial.ts';
import { orderByFronts } from './order-by-fronts.ts';

/** Losses to one loss each, smaller is better. */
type Scalarize = (points: readonly Point[], rng: Rng) => readonly number[];

/** For a sampler that goes by the order of trials, such as TPE. */
export function ordered(sampler: Sampler): Sampler {
  return withOneObjective(sampler, placesInOrder, 'last');
}

/** For a sampler that models the value, such as a Gaussian process. */
export function weighted(sampler: Sampler): Sampler {
  return withOneObjective(sampler, chebyshev, 'as failed');
}

/** How trials that break their constraints are told: as worse than all others, or as configurations that can't be trained. */
type Infeasible = 'last' | 'as failed';

function withOneObjective(sampler: Sampler, scalarize: Scalarize, infeasible: Infeasible): Sampler {
  return {
    sample(study, history, rng) {
      const isPlain = study.directions.length === 1 && !history.some(isBroken);
      if (isPlain) return sampler.sample(study, history, rng);
      const retold = retell(study, history, { scalarize, infeasible, rng });
      return sampler.sample(retold.study, retold.history, rng);
    },
  };
}

const isBroken = (trial: FrozenTrial): boolean => isCandidate(trial) && !isFeasible(trial);

interface Retelling {
  readonly scalarize: Scalarize;
  readonly infeasible: Infeasible;
  readonly rng: Rng;
}

interface Told {
  readonly study: BoundStudy;
  readonly history: readonly FrozenTrial[];
}

/** Below so many trials that keep their constraints a model of them is none: the way to more of them is searched for. */
const LEAST_FEASIBLE = 3;

function retell(study: BoundStudy, history: readonly FrozenTrial[], retelling: Retelling): Told {
  // The direction of what trials report while they run: their reports then need no retelling.
  const { direction } =
    study.directions.length === 1 ? study.spec.objectives[0]! : reportedObjective(study.spec);
  const candidates = history.filter(isCandidate);
  const feasible = candidates.filter(isFeasible);
  const losses = scalarLosses(study, feasible, retelling);
  const asFailed = retelling.infeasible === 'as failed' && feasible.length >= LEAST_FEASIBLE;
  const values = new Map(feasible.map((trial, i) => [trial.number, losses[i]!]));
  for (const [number, loss] of asFailed ? [] : brokenLosses(candidates, losses)) values.set(number, loss);
  return {
    study: {
      ...study,
      directions: [direction],
      spec: { ...study.spec, objectives: [{ ...study.spec.objectives[0]!, direction }] },
    },
    history: history.map((trial) =>
      isCandidate(trial) ? retellTrial(trial, values.get(trial.number), direction) : trial,
    ),
  };
}

function scalarLosses(
  study: BoundStudy,
  feasible: readonly CompleteTrial[],
  { scalarize, rng }: Retelling,
): readonly number[] {
  const points = feasible.map((trial) => lossesOf(study, trial));
  return study.directions.length === 1 ? points.map(([loss]) => loss!) : scalarize(points, rng);
}

/** Trials that break their constraints come after all others, by how much they break. */
function brokenLosses(candidates: readonly CompleteTrial[], losses: readonly number[]): [number, number][] {
  const finite = losses.filter(Number.isFinite);
  const worst = finite.reduce((a, b) => Math.max(a, b), finite[0] ?? 0);
  const range = worst - finite.reduce((a, b) => Math.min(a, b), worst) || 1;
  return candidates.filter(isBroken).map((trial) => {
    const share = 1 - 1 / (1 + totalViolation(trial));
    return [trial.number, worst + range * (0.1 + share)];
  });
}

function retellTrial(trial: CompleteTrial, loss: number | undefined, direction: Direction): FrozenTrial {
  if (loss !== undefined) return { ...trial, values: [direction === 'minimize' ? loss : -loss] };
  const { values: _, ...rest } = trial;
  return { ...rest, state: 'fail', failure: { kind: 'bad-config', message: 'breaks its constraints' } };
}

function placesInOrder(points: readonly Point[]): number[] {
  const places = new Array<number>(points.length);
  orderByFronts(points).forEach((i, place) => {
    places[i] = place;
  });
  return places;
}

/** Share of the plain weighted sum: without it, weakly dominated points would be as good (Knowles 2006, equation 2). */
const AUGMENTATION = 0.05;

function chebyshev(points: readonly Point[], rng: Rng): number[] {
  const nObjectives = points[0]?.length ?? 0;
  const weights = drawWeights(nObjectives, rng);
  const scales = Array.from({ length: nObjectives }, (_, k) => scaleOf(points, k));
  return points.map((point) => {
    const terms = point.map((loss, k) => weights[k]! * scales[k]!(loss));
    return Math.max(...terms) + AUGMENTATION * terms.reduce((a, b) => a + b, 0);
  });
}

/** Uniform on the simplex. */
function drawWeights(n: number, rng: Rng): number[] {
  const draws = Array.from({ length: n }, () => -Math.log(1 - rng.uniform()));
  const sum = draws.reduce((a, b) => a + b, 0) || 1;
  return draws.map((draw) => draw / sum);
}

/** An objective in units of the front's own range: what lies far off it must not flatten it. */
function scaleOf(points: readonly Point[], objective: number): (loss: number) => number {
  const front = findNonDominated(points)
    .map((i) => points[i]![objective]!)
    .filter(Number.isFinite);
  const [low, high] = [Math.min(...front), Math.max(...front)];
  const range = high > low ? high - low : Math.abs(low) || 1;
  return (loss) => (Number.isFinite(low) ? (loss - low) / range : 0);
}
