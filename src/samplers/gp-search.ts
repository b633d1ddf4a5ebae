import { minimize } from '#bayesian-optimizer';
import type { Rng } from '../domain/random.ts';
import { negativeImprovement, scoreOf } from './gp-acquisition.ts';
import type { SearchModel } from './gp-model.ts';
import { drawLatent, type LatentPoint, type LatentSpace, realize, toLatent } from './latent-space.ts';
import type { SearchDimension } from './search-dimensions.ts';

/** Points looked at before the climb: anywhere, and around each of the best trials. */
const RANDOM_POINTS = 250;
const LEADERS = 5;
const POINTS_A_LEADER = 40;
/** The best of them are improved step by step. */
const CLIMBS = 4;
const ROUNDS = 3;
/** Of log expected improvement: a smaller gain is none. */
const LEAST_GAIN = 1e-3;
/** Of log expected improvement, in deviations of the values seen: less is not worth a trial. */
const LEAST_SCORE = Math.log(1e-6);
/** A point that is more alike to one tried than this tells nothing new, unless there is noise to average out. */
const MOST_ALIKE = 1 - 1e-5;
const SOME_NOISE = 1e-3;

export interface ScoredPoint extends LatentPoint {
  readonly score: number;
}

/**
 * Points to try, the best first: those of large expected improvement that are not as good as tried already; where none is
 * to be expected any more, the one that least is known of.
 */
export function maximizeAcquisition(latentSpace: LatentSpace, model: SearchModel, rng: Rng): ScoredPoint[] {
  const score = (latent: Float64Array): ScoredPoint => {
    const point = realize(latentSpace, latent);
    return { ...point, score: scoreOf(model, point.features) };
  };
  const pool = Array.from({ length: RANDOM_POINTS }, () => score(drawLatent(latentSpace, rng)));
  for (const params of model.leaders.slice(0, LEADERS)) {
    const center = toLatent(latentSpace, params, rng);
    for (let i = 0; i < POINTS_A_LEADER; i++) pool.push(score(perturb(latentSpace, center, rng)));
  }
  pool.sort((a, b) => b.score - a.score);
  const climbed = pool.slice(0, CLIMBS).map((start) => climb(latentSpace, model, start, score, rng));
  const fresh = [...climbed, ...pool]
    .sort((a, b) => b.score - a.score)
    .filter(({ features }) => isNew(model, features));
  return fresh.length > 0 && fresh[0]!.score >= LEAST_SCORE ? fresh : [leastKnown(model, pool), ...fresh];
}

function isNew({ members: [{ process }], tried }: SearchModel, features: Float64Array): boolean {
  const { noise, signal } = process.parameters;
  if (noise > SOME_NOISE * signal) return true;
  return !tried.some((other) => process.correlation(features, other) > MOST_ALIKE);
}

function leastKnown({ members: [{ process }] }: SearchModel, pool: readonly ScoredPoint[]): ScoredPoint {
  const variances = pool.map(({ features }) => process.predict(features).variance);
  return pool[variances.indexOf(Math.max(...variances))]!;
}

/** A neighbour: some coordinates moved, by between a 300th and a third of the range. */
function perturb({ dimensions }: LatentSpace, center: Float64Array, rng: Rng): Float64Array {
  const width = 10 ** (-0.5 - 2 * rng.uniform());
  const share = Math.max(rng.uniform(), 1.5 / dimensions.length);
  return center.map((u, j) => {
    if (rng.uniform() > share) return u;
    const { parzen } = dimensions[j]!;
    if (parzen.type === 'numeric') return Math.min(Math.max(u + width * rng.normal(), 0), 1);
    return rng.uniform() < 0.3 ? rng.integer(parzen.size) : u;
  });
}

/** Gradient steps on the numbers and trial moves on each coordinate, in turn, while they help. */
function climb(
  latentSpace: LatentSpace,
  model: SearchModel,
  start: ScoredPoint,
  score: (latent: Float64Array) => ScoredPoint,
  rng: Rng,
): ScoredPoint {
  let best = start;
  for (let round = 0; round < ROUNDS; round++) {
    const smooth = score(climbSmooth(latentSpace, model, best));
    const better = smooth.score > best.score ? smooth : best;
    const moved = climbDiscrete(latentSpace, better, score, rng);
    const gain = moved.score - best.score;
    best = moved;
    if (gain < LEAST_GAIN) break;
  }
  return best;
}

/** The active numbers by L-BFGS, grids as if they were continuous. */
function climbSmooth({ dimensions }: LatentSpace, model: SearchModel, start: ScoredPoint): Float64Array {
  const moving = dimensions.flatMap(({ name, parzen }, j) =>
    parzen.type === 'numeric' && Object.hasOwn(start.params, name) ? [j] : [],
  );
  const features = start.features.slice();
  const place = (into: Float64Array, values: Float64Array): Float64Array => {
    moving.forEach((j, i) => {
      into[j] = values[i]!;
    });
    return into;
  };
  const { x } = minimize(
    (values) => negativeImprovement(model, place(features, values), moving),
    Float64Array.from(moving, (j) => features[j]!),
    {
      lower: new Float64Array(moving.length),
      upper: new Float64Array(moving.length).fill(1),
      maxIterations: 25,
      maxEvaluations: 40,
      leastGain: LEAST_GAIN,
    },
  );
  return place(start.latent.slice(), x);
}

/** Tries every other choice and the neighbouring grid values of each active parameter, in random order. */
function climbDiscrete(
  { dimensions }: LatentSpace,
  start: ScoredPoint,
  score: (latent: Float64Array) => ScoredPoint,
  rng: Rng,
): ScoredPoint {
  let best = start;
  for (const j of rng.permutation(dimensions.length)) {
    const dimension = dimensions[j]!;
    if (!Object.hasOwn(best.params, dimension.name)) continue;
    for (const to of movesOf(dimension, best.features[j]!, rng)) {
      const moved = score(best.latent.with(j, to));
      if (moved.score > best.score) best = moved;
    }
  }
  return best;
}

function movesOf({ parzen }: SearchDimension, at: number, rng: Rng): number[] {
  if (parzen.type === 'categorical')
    return Array.from({ length: parzen.size }, (_, choice) => choice).filter((choice) => choice !== at);
  if (parzen.cellOf === null) return [];
  const { low, high } = parzen.cellOf(at);
  return [low - 1e-9, high + 1e-9, rng.uniform()].filter((u) => u > 0 && u < 1);
}
