import { isFeasible, totalViolation } from './constraint.ts';
import { type Direction, isBetter } from './objective.ts';
import { crowdingDistances, findNonDominated, type Point, sortNonDominated } from './pareto.ts';
import type { CompleteTrial, FrozenTrial } from './trial.ts';

/**
 * What "better" means, in one place: a trial that keeps its constraints before one that breaks them, the less broken
 * before the more; among those that keep them the value of the one objective, or the fronts of several. Of equals the
 * earlier. Excluded trials don't count.
 */

/** Of a study, all that decides. */
export interface Directed {
  readonly directions: readonly Direction[];
}

/** A complete trial's values, each turned so that smaller is better. */
export function lossesOf({ directions }: Directed, trial: Pick<CompleteTrial, 'values'>): Point {
  return directions.map((direction, i) => (direction === 'minimize' ? trial.values[i]! : -trial.values[i]!));
}

/**
 * The best trial that keeps its constraints, or null. With several objectives the one of the front that is best by the
 * first, or by `objective`.
 */
export function findBestTrial(
  study: Directed,
  trials: Iterable<FrozenTrial>,
  objective = 0,
): CompleteTrial | null {
  let best: CompleteTrial | null = null;
  for (const trial of trials)
    if (
      isCandidate(trial) &&
      isFeasible(trial) &&
      (best === null || isBetterBy(study, objective, trial, best))
    )
      best = trial;
  return best;
}

/** By one objective; where that is equal, by the others in turn, so that the winner lies on the front. */
function isBetterBy({ directions }: Directed, first: number, a: CompleteTrial, b: CompleteTrial): boolean {
  const others = directions.map((_, i) => i).filter((i) => i !== first);
  for (const i of [first, ...others]) {
    if (isBetter(directions[i]!, a.values[i]!, b.values[i]!)) return true;
    if (isBetter(directions[i]!, b.values[i]!, a.values[i]!)) return false;
  }
  return false;
}

/**
 * The trials that keep their constraints and that no other such trial beats in every objective, by number. With one
 * objective the best alone.
 */
export function findFront(study: Directed, trials: readonly FrozenTrial[]): readonly CompleteTrial[] {
  if (study.directions.length === 1) {
    const best = findBestTrial(study, trials);
    return best === null ? [] : [best];
  }
  const feasible = trials.filter(isCandidate).filter(isFeasible);
  return findNonDominated(feasible.map((trial) => lossesOf(study, trial))).map((i) => feasible[i]!);
}

/** The front with one more trial; the same array when the trial is not on it. */
export function joinFront(
  study: Directed,
  front: readonly CompleteTrial[],
  trial: FrozenTrial,
): readonly CompleteTrial[] {
  if (!isCandidate(trial) || !isFeasible(trial)) return front;
  const next = findFront(study, [...front, trial]);
  return next.includes(trial) ? next : front;
}

/** Of the trials that break their constraints the one that breaks them least, or null. */
export function findLeastViolating(study: Directed, trials: readonly FrozenTrial[]): CompleteTrial | null {
  return sortInfeasible(study, trials.filter(isCandidate))[0] ?? null;
}

/** The best `count` trials, best first: those whose models are worth keeping. */
export function findBestTrials(
  study: Directed,
  trials: readonly FrozenTrial[],
  count: number,
): readonly CompleteTrial[] {
  if (study.directions.length > 1) return sortBestFirst(study, trials).slice(0, Math.max(0, count));
  const best: CompleteTrial[] = [];
  for (const trial of trials) {
    if (!isCandidate(trial)) continue;
    const rank = best.findIndex((other) => isBetterTrial(study, trial, other));
    if (rank < 0 && best.length >= count) continue;
    best.splice(rank < 0 ? best.length : rank, 0, trial);
    if (best.length > count) best.pop();
  }
  return best;
}

/**
 * All complete trials, best first, by Deb's rules: front by front, within a front the lonely before the crowded; then
 * those that break their constraints, the least first.
 */
export function sortBestFirst(study: Directed, trials: readonly FrozenTrial[]): readonly CompleteTrial[] {
  const candidates = trials.filter(isCandidate);
  const feasible = candidates.filter(isFeasible);
  const points = feasible.map((trial) => lossesOf(study, trial));
  const ordered = sortNonDominated(points).flatMap((front) => {
    const distances = crowdingDistances(front.map((i) => points[i]!));
    const order = front
      .map((_, k) => k)
      .sort((a, b) => compareDescending(distances[a]!, distances[b]!) || a - b);
    return order.map((k) => feasible[front[k]!]!);
  });
  return [...ordered, ...sortInfeasible(study, candidates)];
}

function sortInfeasible(study: Directed, candidates: readonly CompleteTrial[]): CompleteTrial[] {
  return candidates
    .filter((trial) => !isFeasible(trial))
    .sort((a, b) => (isBetterTrial(study, a, b) ? -1 : Number(isBetterTrial(study, b, a))));
}

/** Strictly, and by the first objective alone where there are several. */
function isBetterTrial({ directions }: Directed, a: CompleteTrial, b: CompleteTrial): boolean {
  const [ours, theirs] = [totalViolation(a), totalViolation(b)];
  if (ours !== theirs) return ours < theirs;
  return isBetter(directions[0]!, a.values[0]!, b.values[0]!);
}

/** Whether a trial takes part in the comparison. */
export function isCandidate(trial: FrozenTrial): trial is CompleteTrial {
  return trial.state === 'complete' && !trial.excluded;
}

/** Equal infinities differ by NaN. */
const compareDescending = (a: number, b: number): number => (a === b ? 0 : b - a);
