/**
 * Points that are judged by several numbers at once; smaller is better in each. A point dominates another when it is
 * nowhere worse and somewhere better; what nothing dominates is the first front, what only that dominates the second, …
 *
 * K. Deb et al.: A fast and elitist multiobjective genetic algorithm: NSGA-II. IEEE Trans. Evol. Comput. 6 (2002), III.
 */

/** The losses of one candidate, one an objective; may be infinite, never NaN. */
export type Point = readonly number[];

export function dominates(a: Point, b: Point): boolean {
  let better = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! > b[i]!) return false;
    if (a[i]! < b[i]!) better = true;
  }
  return better;
}

/**
 * The fronts as indices of `points`, best front first, indices rising within a front. Equal points share a front.
 *
 * Points are taken in lexicographic order, so that none dominates an earlier one, and each goes to the first front in
 * which nothing dominates it, found by bisection (X. Zhang et al.: An efficient approach to nondominated sorting,
 * IEEE Trans. Evol. Comput. 19 (2015), ENS-BS). With two objectives only a front's latest point has to be looked at.
 */
export function sortNonDominated(points: readonly Point[]): number[][] {
  const order = points.map((_, i) => i).sort((a, b) => compareLexicographic(points[a]!, points[b]!));
  const fronts: number[][] = [];
  for (const i of order) {
    let [low, high] = [0, fronts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isDominatedBy(points, fronts[middle]!, points[i]!)) low = middle + 1;
      else high = middle;
    }
    if (low === fronts.length) fronts.push([]);
    fronts[low]!.push(i);
  }
  return fronts.map((front) => front.sort((a, b) => a - b));
}

/** The first front alone; its points in the order of `points`. */
export function findNonDominated(points: readonly Point[]): number[] {
  const order = points.map((_, i) => i).sort((a, b) => compareLexicographic(points[a]!, points[b]!));
  const front: number[] = [];
  for (const i of order) if (!isDominatedBy(points, front, points[i]!)) front.push(i);
  return front.sort((a, b) => a - b);
}

/** Latest first: the nearest in the order is the likeliest to dominate. */
function isDominatedBy(points: readonly Point[], front: readonly number[], point: Point): boolean {
  if (point.length <= 2 && front.length > 0) return dominates(points[front.at(-1)!]!, point);
  for (let k = front.length - 1; k >= 0; k--) if (dominates(points[front[k]!]!, point)) return true;
  return false;
}

function compareLexicographic(a: Point, b: Point): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

/**
 * How alone each point is among its front: the sum over the objectives of the distance between its neighbours, over the
 * objective's range; infinite for the ends (Deb et al. 2002, III-B). Infinite losses count as the ends of the finite ones.
 */
export function crowdingDistances(points: readonly Point[]): number[] {
  const distances = new Array<number>(points.length).fill(0);
  for (let objective = 0; objective < (points[0]?.length ?? 0); objective++) {
    const values = clampToFinite(points.map((point) => point[objective]!));
    const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
    const range = values[order.at(-1)!]! - values[order[0]!]!;
    distances[order[0]!] = Number.POSITIVE_INFINITY;
    distances[order.at(-1)!] = Number.POSITIVE_INFINITY;
    if (!(range > 0)) continue;
    for (let k = 1; k < order.length - 1; k++)
      distances[order[k]!]! += (values[order[k + 1]!]! - values[order[k - 1]!]!) / range;
  }
  return distances;
}

function clampToFinite(values: readonly number[]): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values)
    if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low > high ? values.map(() => 0) : values.map((value) => Math.min(Math.max(value, low), high));
}
