import { exclusiveHypervolume } from '#bayesian-optimizer';
import { crowdingDistances, type Point, sortNonDominated } from '../domain/pareto.ts';

/** So many places are given by hypervolume; who stands behind them makes no difference to any sampler. */
const MEASURED_PLACES = 40;
/** Larger fronts of more objectives take too long: they are thinned by crowding first. */
const MEASURED_POINTS = 100;

/**
 * Indices of points, best first: front by front, within a front each next point the one that adds most hypervolume to those
 * taken before it, so that the first few stand for the whole front.
 */
export function orderByFronts(points: readonly Point[]): number[] {
  const order: number[] = [];
  for (const front of sortNonDominated(points)) {
    const places = MEASURED_PLACES - order.length;
    order.push(...(places > 0 && front.length > 1 ? orderFront(points, front, places) : front));
  }
  return order;
}

function orderFront(points: readonly Point[], front: readonly number[], places: number): number[] {
  const byCrowding = sortByCrowding(points, front);
  const isMany = points[0]!.length > 2 && front.length > MEASURED_POINTS;
  const measured = isMany ? byCrowding.slice(0, MEASURED_POINTS) : byCrowding;
  const taken = takeGreedily(scaleToUnit(measured.map((i) => points[i]!)), places).map((k) => measured[k]!);
  const known = new Set(taken);
  return [...taken, ...byCrowding.filter((i) => !known.has(i))];
}

function sortByCrowding(points: readonly Point[], front: readonly number[]): number[] {
  const distances = crowdingDistances(front.map((i) => points[i]!));
  const order = front.map((_, k) => k);
  order.sort((a, b) => (distances[a] === distances[b] ? a - b : distances[b]! - distances[a]!));
  return order.map((k) => front[k]!);
}

/** Into the unit cube of the points' own ranges; infinite losses at its ends. */
function scaleToUnit(points: readonly Point[]): number[][] {
  const ranges = points[0]!.map((_, k) => {
    const values = points.map((point) => point[k]!).filter(Number.isFinite);
    return [Math.min(...values), Math.max(...values)] as const;
  });
  return points.map((point) =>
    point.map((loss, k) => {
      const [low, high] = ranges[k]!;
      if (!Number.isFinite(loss)) return loss < 0 ? 0 : 1;
      return high > low ? (loss - low) / (high - low) : 0;
    }),
  );
}

/** A little beyond the worst: the ends of the front then count as well. */
const REFERENCE = 1.1;

/** What a point adds never grows as others are taken, so a gain known from before is a bound (lazy greedy). */
function takeGreedily(points: readonly Point[], places: number): number[] {
  const reference = new Array<number>(points[0]!.length).fill(REFERENCE);
  const bounds = points.map((point) => exclusiveHypervolume(point, [], reference));
  const taken: number[] = [];
  const left = new Set(points.keys());
  while (taken.length < places && left.size > 0) {
    let best = -1;
    let gain = Number.NEGATIVE_INFINITY;
    for (const i of [...left].sort((a, b) => bounds[b]! - bounds[a]! || a - b)) {
      if (bounds[i]! <= gain) break;
      const others = taken.map((k) => points[k]!);
      bounds[i] = exclusiveHypervolume(points[i]!, others, reference);
      if (bounds[i]! > gain) [best, gain] = [i, bounds[i]!];
    }
    taken.push(best);
    left.delete(best);
  }
  return taken;
}
