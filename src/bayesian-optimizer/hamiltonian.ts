/**
 * Hamiltonian Monte Carlo: draws from a density by letting a particle roll over its negative logarithm. Each draw gives the
 * particle a random push, follows it for some steps along the gradient, and keeps where it arrives unless the steps have
 * been too coarse for the energy to be conserved.
 *
 * R. M. Neal: MCMC using Hamiltonian dynamics, in: Handbook of Markov Chain Monte Carlo (2011), section 5.3.
 */
import type { Evaluation } from './lbfgs.ts';
import { dot } from './linear-algebra.ts';

export interface HamiltonianOptions {
  /** Length of a leapfrog step, varied by ± 30 % from draw to draw. */
  readonly stepSize: number;
  /** Leapfrog steps, each one evaluation. */
  readonly steps: number;
  /** d bounds; a path that leaves them is refused. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** A particle at rest: where it is, and the negative log density there. */
interface Place extends Evaluation {
  readonly x: Float64Array;
}

/**
 * `count` successive states of the chain, each d numbers; a refused move repeats the state before it.
 * @param evaluate the negative log density, up to a constant, and its gradient
 * @param start d numbers inside the bounds, with a finite density
 */
export function sampleHamiltonian(
  evaluate: (x: Float64Array) => Evaluation,
  start: Float64Array,
  count: number,
  random: { uniform(): number; normal(): number },
  options: HamiltonianOptions,
): Float64Array[] {
  let place: Place = { x: start.slice(), ...evaluate(start) };
  return Array.from({ length: count }, () => {
    const step = options.stepSize * (0.7 + 0.6 * random.uniform());
    const push = place.x.map(() => random.normal());
    const arrived = roll(evaluate, place, push, step, options);
    const energy = place.value + 0.5 * dot(push, push);
    if (arrived !== null && Math.log(random.uniform()) < energy - arrived.energy) place = arrived;
    return place.x;
  });
}

/** Leapfrog steps (equations 5.18–5.20); null where the path leaves the bounds or the density is 0. */
function roll(
  evaluate: (x: Float64Array) => Evaluation,
  from: Place,
  push: Float64Array,
  step: number,
  { steps, lower, upper }: HamiltonianOptions,
): (Place & { energy: number }) | null {
  let place = from;
  let momentum: Float64Array = push;
  for (let i = 0; i < steps; i++) {
    const half = kick(momentum, place.gradient, 0.5 * step);
    const x = place.x.map((value, j) => value + step * half[j]!);
    if (!x.every((value, j) => value >= lower[j]! && value <= upper[j]!)) return null;
    place = { x, ...evaluate(x) };
    if (!Number.isFinite(place.value)) return null;
    momentum = kick(half, place.gradient, 0.5 * step);
  }
  return { ...place, energy: place.value + 0.5 * dot(momentum, momentum) };
}

function kick(momentum: Float64Array, gradient: Float64Array, step: number): Float64Array {
  return momentum.map((p, j) => p - step * gradient[j]!);
}
