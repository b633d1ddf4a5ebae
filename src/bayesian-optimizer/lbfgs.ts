/**
 * Limited-memory BFGS in a box: quasi-Newton steps from the last few gradients. A coordinate that lies on a bound with the
 * gradient pushing outwards is held; the others take the two-loop step, cut back into the box until the value falls enough.
 *
 * J. Nocedal, S. J. Wright: Numerical Optimization, 2nd edition, algorithms 7.4 and 3.1 (Armijo backtracking);
 * gradient projection for the bounds: section 16.7.
 */
import { dot } from './linear-algebra.ts';

export interface Evaluation {
  readonly value: number;
  /** d numbers. */
  readonly gradient: Float64Array;
}

export interface LbfgsOptions {
  readonly maxIterations?: number;
  /** Evaluations of the function at most, those of the line search included. */
  readonly maxEvaluations?: number;
  /** Stops when no free coordinate's gradient is larger. */
  readonly tolerance?: number;
  /** Stops when a step gains no more than this. */
  readonly leastGain?: number;
  /** Gradient pairs kept. */
  readonly memory?: number;
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const MAX_HALVINGS = 20;

/**
 * A local minimum, from `start` (d numbers, inside the box). A value that is NaN or infinite counts as no decrease.
 * @returns the best point seen; `start` where its own value is not finite
 */
export function minimize(
  evaluate: (x: Float64Array) => Evaluation,
  start: Float64Array,
  options: LbfgsOptions = {},
): Minimum {
  const { maxIterations = 50, maxEvaluations = 200, tolerance = 1e-5, memory = 8 } = options;
  const { leastGain = 1e-12 } = options;
  let x: Float64Array = start.slice();
  let current = evaluate(x);
  let evaluations = 1;
  const pairs: Pair[] = [];
  for (let i = 0; i < maxIterations && evaluations < maxEvaluations && Number.isFinite(current.value); i++) {
    const free = freeGradient(x, current.gradient, options);
    if (free.every((g) => Math.abs(g) <= tolerance)) break;
    const found = searchLine(
      evaluate,
      x,
      current,
      descent(free, pairs),
      options,
      maxEvaluations - evaluations,
    );
    evaluations += found.evaluations;
    if (found.next === null) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    remember(pairs, x, found.next.x, current, found.next, memory);
    const gain = current.value - found.next.value;
    ({ x } = found.next);
    current = found.next;
    if (gain <= leastGain) break;
  }
  return { x, value: current.value };
}

/** The gradient, zero where a bound holds the coordinate. */
function freeGradient(x: Float64Array, gradient: Float64Array, { lower, upper }: LbfgsOptions): Float64Array {
  return gradient.map((g, i) =>
    (lower && x[i]! <= lower[i]! && g > 0) || (upper && x[i]! >= upper[i]! && g < 0) ? 0 : g,
  );
}

/** −H·g by the two-loop recursion; steepest descent of unit length while there are no pairs. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.slice();
  if (pairs.length === 0) {
    const length = Math.sqrt(dot(q, q));
    return q.map((g) => -g / Math.max(1, length));
  }
  const alphas = pairs.map(() => 0);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, rho } = pairs[k]!;
    alphas[k] = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i]! -= alphas[k]! * y[i]!;
  }
  const { s, y } = pairs.at(-1)!;
  const scale = dot(s, y) / dot(y, y);
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  pairs.forEach((pair, k) => {
    const beta = pair.rho * dot(pair.y, q);
    for (let i = 0; i < q.length; i++) q[i]! += (alphas[k]! - beta) * pair.s[i]!;
  });
  // A held coordinate stays.
  return q.map((value, i) => (gradient[i] === 0 ? 0 : -value));
}

function searchLine(
  evaluate: (x: Float64Array) => Evaluation,
  x: Float64Array,
  current: Evaluation,
  direction: Float64Array,
  { lower, upper }: LbfgsOptions,
  budget: number,
): { next: (Evaluation & { x: Float64Array }) | null; evaluations: number } {
  let step = 1;
  for (let tries = 1; tries <= Math.min(MAX_HALVINGS, budget); tries++, step /= tries > 3 ? 4 : 2) {
    const moved = x.map((value, i) => {
      const to = value + step * direction[i]!;
      return Math.min(Math.max(to, lower?.[i] ?? to), upper?.[i] ?? to);
    });
    const slope = dot(
      current.gradient,
      moved.map((value, i) => value - x[i]!),
    );
    if (slope >= 0) return { next: null, evaluations: tries - 1 };
    const next = evaluate(moved);
    if (next.value <= current.value + SUFFICIENT_DECREASE * slope)
      return { next: { ...next, x: moved }, evaluations: tries };
  }
  return { next: null, evaluations: Math.min(MAX_HALVINGS, budget) };
}

/** Keeps the pair when the curvature along it is positive. */
function remember(
  pairs: Pair[],
  from: Float64Array,
  to: Float64Array,
  before: Evaluation,
  after: Evaluation,
  memory: number,
): void {
  const s = to.map((value, i) => value - from[i]!);
  const y = after.gradient.map((value, i) => value - before.gradient[i]!);
  const curvature = dot(s, y);
  if (!(curvature > 1e-10 * dot(y, y))) return;
  pairs.push({ s, y, rho: 1 / curvature });
  if (pairs.length > memory) pairs.shift();
}
