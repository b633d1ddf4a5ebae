import { bendTargets, conditionGaussianProcess, type GaussianProcess } from '#bayesian-optimizer';
import type { Params } from '../domain/distribution.ts';
import { flatten, learn, placeObservations } from './gp-learning.ts';
import type { GpProblem } from './gp-problem.ts';
import { type LatentSpace, toFeatures } from './latent-space.ts';

/** Of a model of 1 (could be trained) and 0 (could not). */
const LABEL_SIGNAL = 0.25;
export const LABEL_NOISE = 0.01;

/** One opinion on the objective. */
export interface Member {
  /** Running trials are taken to end as predicted: nothing is expected from asking there again (kriging believer). */
  readonly process: GaussianProcess;
  /** Its best mean at a point that was tried or runs: under noise the best value seen is luck. */
  readonly incumbent: number;
}

/** What a search knows. */
export interface SearchModel {
  /** The process with the most probable parameters, then others that are probable too. */
  readonly members: readonly [Member, ...Member[]];
  /** About 1 where configurations can be trained, 0 where not; null while none has failed. */
  readonly feasibility: GaussianProcess | null;
  /** Features of the points that run now. */
  readonly running: readonly Float64Array[];
  /** Features of the points tried. */
  readonly tried: readonly Float64Array[];
  /** The points tried, best posterior mean first. */
  readonly leaders: readonly Params[];
}

/** Null where fewer than two trials can be learned from. */
export function fitSearchModel(latentSpace: LatentSpace, problem: GpProblem): SearchModel | null {
  const learned = learn(latentSpace, problem);
  if (learned === null) return null;
  const { observations, points } = placeObservations(latentSpace, problem.modelled);
  const losses = Float64Array.from(observations, ({ loss }) => loss);
  const { targets } = bendTargets(losses, learned.bend);
  const data = { dimensions: latentSpace.kinds, points, targets };
  const d = latentSpace.dimensions.length;
  const tried = observations.map((_, i) => points.subarray(i * d, (i + 1) * d));
  const running = problem.running.flatMap((params) => toFeatures(latentSpace, params) ?? []);
  const [likeliest, ...others] = learned.parameters.map((parameters) =>
    conditionGaussianProcess(data, parameters),
  ) as [GaussianProcess, ...GaussianProcess[]];
  return {
    members: [
      toMember(likeliest, tried, running),
      ...others.map((process) => toMember(process, tried, running)),
    ],
    feasibility: fitFeasibility(latentSpace, problem, tried, likeliest.parameters.weights),
    running,
    tried,
    leaders: rankByMean(likeliest, tried).map((i) => observations[i]!.params),
  };
}

function toMember(
  process: GaussianProcess,
  tried: readonly Float64Array[],
  running: readonly Float64Array[],
): Member {
  const means = [...tried, ...running].map((features) => process.predict(features).mean);
  return {
    process: running.reduce(
      (believer, features) => believer.observe(features, believer.predict(features).mean),
      process,
    ),
    incumbent: means.reduce((a, b) => Math.min(a, b)),
  };
}

function rankByMean(process: GaussianProcess, tried: readonly Float64Array[]): number[] {
  const means = tried.map((features) => process.predict(features).mean);
  return [...means.keys()].sort((a, b) => means[a]! - means[b]!);
}

function fitFeasibility(
  latentSpace: LatentSpace,
  problem: GpProblem,
  good: readonly Float64Array[],
  weights: Float64Array,
): GaussianProcess | null {
  const failed = problem.failed.flatMap((params) => toFeatures(latentSpace, params) ?? []);
  if (failed.length === 0) return null;
  const targets = new Float64Array(good.length + failed.length).fill(1, 0, good.length);
  return conditionGaussianProcess(
    { dimensions: latentSpace.kinds, points: flatten([...good, ...failed]), targets },
    { weights, signal: LABEL_SIGNAL, noise: LABEL_NOISE },
  );
}
