import {
  bendTargets,
  drawParameters,
  type FittedParameters,
  fitParameters,
  type GpData,
  type GpParameters,
} from '#bayesian-optimizer';
import { createRng } from '../domain/random.ts';
import type { GpProblem, Observation } from './gp-problem.ts';
import { type LatentSpace, toFeatures } from './latent-space.ts';

/** What was learned of how the objective varies. */
export interface Learned {
  /** How far targets are bent; see `bendTargets`. */
  readonly bend: number;
  /** The most probable parameters, then draws from their posterior. */
  readonly parameters: readonly [GpParameters, ...GpParameters[]];
}

/** Bends that are tried, and how much more likely (ln) a bend must make the data than none. */
const BENDS = [0, 3, 30];
const LEAST_EVIDENCE = 5;
/** Of the likelihood, for each bend. */
const EVALUATIONS = 40;
const DRAWS = 3;

/** From the values as they are, and from bent ones where those are much likelier. */
interface BothLearned {
  readonly plain: Learned;
  readonly likeliest: Learned;
}

/** Learned last: neighbouring asks learn from the same trials. */
interface Memory {
  readonly data: GpData;
  readonly losses: Float64Array;
  readonly seed: number;
  readonly learned: BothLearned;
}
let memory: Memory | null = null;

/** A pure function of the problem; null where fewer than two trials can be learned from. */
export function learn(latentSpace: LatentSpace, problem: GpProblem): Learned | null {
  const { seed } = problem;
  const known = placeObservations(latentSpace, problem.learned);
  if (known.observations.length < 2) return null;
  const losses = Float64Array.from(known.observations, ({ loss }) => loss);
  const data = { dimensions: latentSpace.kinds, points: known.points, targets: losses };
  if (memory === null || memory.seed !== seed || !isSame(memory, data, losses))
    memory = { data, losses, seed, learned: learnFrom(data, losses, seed) };
  return problem.mayBend ? memory.learned.likeliest : memory.learned.plain;
}

function isSame(known: Memory, data: GpData, losses: Float64Array): boolean {
  return (
    isEqual(known.data.points, data.points) &&
    isEqual(known.losses, losses) &&
    known.data.dimensions.join() === data.dimensions.join()
  );
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function learnFrom(data: GpData, losses: Float64Array, seed: number): BothLearned {
  const [straight, ...bent] = BENDS.map((bend) => fitBent(data, losses, bend)) as [Fit, ...Fit[]];
  const likeliest = bent.reduce((a, b) => (b.evidence - LEAST_EVIDENCE > a.evidence ? b : a), straight);
  const both = likeliest === straight ? [straight] : [straight, likeliest];
  const [plain, other] = both.map((fit) => complete(fit, seed)) as [Learned, Learned?];
  return { plain, likeliest: other ?? plain };
}

/** With draws that are the same whoever asks. */
function complete({ bend, data, fitted }: Fit, seed: number): Learned {
  const random = createRng(seed, data.targets.length, 'gp parameters');
  return {
    bend,
    parameters: [fitted.parameters, ...drawParameters(data, fitted.parameters, DRAWS, random)],
  };
}

interface Fit {
  readonly bend: number;
  readonly data: GpData;
  readonly fitted: FittedParameters;
  /** ln of how likely the losses are, up to a constant. */
  readonly evidence: number;
}

function fitBent(data: GpData, losses: Float64Array, bend: number): Fit {
  const { targets, logJacobian } = bendTargets(losses, bend);
  const bent = { ...data, targets };
  const fitted = fitParameters(bent, EVALUATIONS);
  return { bend, data: bent, fitted, evidence: fitted.logPosterior + logJacobian };
}

/** Observations that are points of the space, and what the model sees of them, row-major. */
export function placeObservations(
  latentSpace: LatentSpace,
  observations: readonly Observation[],
): { readonly observations: readonly Observation[]; readonly points: Float64Array } {
  const placed = observations.flatMap((observation) => {
    const features = toFeatures(latentSpace, observation.params);
    return features === null ? [] : [{ observation, features }];
  });
  return {
    observations: placed.map(({ observation }) => observation),
    points: flatten(placed.map(({ features }) => features)),
  };
}

export function flatten(points: readonly Float64Array[]): Float64Array {
  const d = points[0]?.length ?? 0;
  const flat = new Float64Array(points.length * d);
  points.forEach((point, i) => {
    flat.set(point, i * d);
  });
  return flat;
}
