import {
  conditionGaussianProcess,
  fitGaussianProcess,
  type GaussianProcess,
  normalizeTargets,
} from '#bayesian-optimizer';
import type { Params } from '../domain/distribution.ts';
import { type LatentSpace, toFeatures } from './latent-space.ts';
import { estimateLosses } from './pruned-losses.ts';
import type { RankedTrials } from './rank-trials.ts';

/** Points that are modelled at most, as the work grows with their cube: half of them the best, half spread over the others. */
const MOST_POINTS = 200;
/** Of a model of 1 (could be trained) and 0 (could not). */
const LABEL_SIGNAL = 0.25;
export const LABEL_NOISE = 0.01;

/** What a search knows. */
export interface SearchModel {
  readonly objective: GaussianProcess;
  /** The best posterior mean at a point that was tried or runs: under noise the best value seen is luck. */
  readonly incumbent: number;
  /** About 1 where configurations can be trained, 0 where not; null while none has failed. */
  readonly feasibility: GaussianProcess | null;
  /** Features of the points that run now. */
  readonly running: readonly Float64Array[];
  /** The points tried, best posterior mean first. */
  readonly leaders: readonly Params[];
}

interface Observation {
  readonly params: Params;
  readonly features: Float64Array;
  readonly loss: number;
}

/** Null where fewer than two trials can be learned from. */
export function fitSearchModel(latentSpace: LatentSpace, trials: RankedTrials): SearchModel | null {
  const observations = selectPoints(observe(latentSpace, trials));
  if (observations.length < 2) return null;
  const fitted = fitGaussianProcess({
    dimensions: latentSpace.kinds,
    points: flatten(observations.map(({ features }) => features)),
    targets: normalizeTargets(Float64Array.from(observations, ({ loss }) => loss)),
  });
  const byMean = observations
    .map(({ params, features }) => ({ params, mean: fitted.predict(features).mean }))
    .sort((a, b) => a.mean - b.mean);
  const running = trials.pending.flatMap(({ params }) =>
    Object.keys(params).length > 0 ? (toFeatures(latentSpace, params) ?? []) : [],
  );
  return {
    objective: believe(fitted, running),
    running,
    incumbent: Math.min(byMean[0]!.mean, ...running.map((features) => fitted.predict(features).mean)),
    feasibility: fitFeasibility(latentSpace, trials, observations, fitted.parameters.weights),
    leaders: byMean.map(({ params }) => params),
  };
}

function observe(latentSpace: LatentSpace, trials: RankedTrials): Observation[] {
  const losses = estimateLosses(trials);
  return trials.ranked.slice(0, trials.nFeasible).flatMap(({ params }, i) => {
    const features = toFeatures(latentSpace, params);
    return features === null ? [] : [{ params, features, loss: losses[i]! }];
  });
}

/** Ranked observations come in, best first. */
function selectPoints(ranked: readonly Observation[]): readonly Observation[] {
  if (ranked.length <= MOST_POINTS) return ranked;
  const others = ranked.slice(MOST_POINTS / 2);
  const stride = others.length / (MOST_POINTS / 2);
  const spread = Array.from({ length: MOST_POINTS / 2 }, (_, i) => others[Math.floor(i * stride)]!);
  return [...ranked.slice(0, MOST_POINTS / 2), ...spread];
}

/** Running trials are taken to end as predicted: nothing is expected from asking there again (kriging believer). */
function believe(fitted: GaussianProcess, running: readonly Float64Array[]): GaussianProcess {
  return running.reduce(
    (process, features) => process.observe(features, process.predict(features).mean),
    fitted,
  );
}

function fitFeasibility(
  latentSpace: LatentSpace,
  { ranked, nFeasible }: RankedTrials,
  observations: readonly Observation[],
  weights: Float64Array,
): GaussianProcess | null {
  const failed = ranked.slice(nFeasible).flatMap(({ params }) => toFeatures(latentSpace, params) ?? []);
  if (failed.length === 0) return null;
  const latest = failed.slice(-MOST_POINTS);
  const good = observations.map(({ features }) => features);
  const targets = new Float64Array(good.length + latest.length).fill(1, 0, good.length);
  return conditionGaussianProcess(
    { dimensions: latentSpace.kinds, points: flatten([...good, ...latest]), targets },
    { weights, signal: LABEL_SIGNAL, noise: LABEL_NOISE },
  );
}

function flatten(points: readonly Float64Array[]): Float64Array {
  const d = points[0]?.length ?? 0;
  const flat = new Float64Array(points.length * d);
  points.forEach((point, i) => {
    flat.set(point, i * d);
  });
  return flat;
}
