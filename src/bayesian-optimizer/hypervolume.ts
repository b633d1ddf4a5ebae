/**
 * The hypervolume of a set of points: the volume of what they dominate, up to a reference point. Smaller coordinates are
 * better. It is the one number by which two fronts can be compared, since a front that dominates another has more of it.
 *
 * Two and three objectives are swept: sorted by the last coordinate, the area of what was met so far grows slice by slice.
 * Beyond that, a point's own share is its box less what the others, cut to that box, dominate of it, point after point
 * (L. While, L. Bradstreet, L. Barone: A fast way of calculating exact hypervolumes. IEEE Trans. Evol. Comput. 16 (2012), WFG).
 */

/** Coordinates of a point, one an objective. */
type Coordinates = ArrayLike<number>;

/**
 * @param points of the reference's length; dominated, equal and worse than the reference is allowed and adds nothing
 * @param reference at least as bad as what shall count, in every coordinate
 * @returns 0 where no point is better than the reference in every coordinate
 * @throws {RangeError} for a point of another length
 */
export function hypervolume(points: readonly Coordinates[], reference: Coordinates): number {
  const d = reference.length;
  const wrong = points.find((point) => point.length !== d);
  if (wrong !== undefined) throw new RangeError(`a point has ${wrong.length} coordinates, not ${d}`);
  const inside = points.filter((point) => isInside(point, reference));
  if (inside.length === 0 || d === 0) return 0;
  if (d === 1) return reference[0]! - Math.min(...inside.map((point) => point[0]!));
  if (d === 2) return sweepArea(inside, reference);
  if (d === 3) return sweepVolume(inside, reference);
  return sumExclusive(inside, reference);
}

/**
 * What `point` adds to the hypervolume of `others`.
 * @returns 0 where it is dominated by or equal to one of them, or no better than the reference
 */
export function exclusiveHypervolume(
  point: Coordinates,
  others: readonly Coordinates[],
  reference: Coordinates,
): number {
  if (!isInside(point, reference)) return 0;
  const limited = others.map((other) => cutTo(other, point));
  return Math.max(0, boxOf(point, reference) - hypervolume(limited, reference));
}

function isInside(point: Coordinates, reference: Coordinates): boolean {
  for (let i = 0; i < reference.length; i++) if (!(point[i]! < reference[i]!)) return false;
  return true;
}

function boxOf(point: Coordinates, reference: Coordinates): number {
  let volume = 1;
  for (let i = 0; i < reference.length; i++) volume *= reference[i]! - point[i]!;
  return volume;
}

/** The nearest point to `other` that is nowhere better than `point`. */
const cutTo = (other: Coordinates, point: Coordinates): Float64Array =>
  Float64Array.from(other, (value, i) => Math.max(value, point[i]!));

function sweepArea(points: readonly Coordinates[], reference: Coordinates): number {
  const sorted = [...points].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  let [area, lowest] = [0, reference[1]!];
  for (const point of sorted) {
    if (!(point[1]! < lowest)) continue;
    area += (reference[0]! - point[0]!) * (lowest - point[1]!);
    lowest = point[1]!;
  }
  return area;
}

function sweepVolume(points: readonly Coordinates[], reference: Coordinates): number {
  const sorted = [...points].sort((a, b) => a[2]! - b[2]!);
  let [volume, area] = [0, 0];
  let stairs: Coordinates[] = [];
  sorted.forEach((point, i) => {
    if (!stairs.some((other) => other[0]! <= point[0]! && other[1]! <= point[1]!)) {
      stairs = stairs.filter((other) => !(point[0]! <= other[0]! && point[1]! <= other[1]!));
      stairs.push(point);
      area = sweepArea(stairs, reference);
    }
    volume += area * ((sorted[i + 1]?.[2] ?? reference[2]!) - point[2]!);
  });
  return volume;
}

function sumExclusive(points: readonly Coordinates[], reference: Coordinates): number {
  // Worst last coordinate first: the cut points then agree in it, and most of them fall away.
  const sorted = withoutDominated(points).sort((a, b) => b[b.length - 1]! - a[a.length - 1]!);
  return sorted.reduce((sum, point, i) => {
    const limited = sorted.slice(i + 1).map((other) => cutTo(other, point));
    const shared = limited.length === 0 ? 0 : sumExclusive(limited, reference);
    return sum + boxOf(point, reference) - shared;
  }, 0);
}

/** Of equal points the first stays. */
function withoutDominated(points: readonly Coordinates[]): Coordinates[] {
  return points.filter((point, i) =>
    points.every(
      (other, j) => i === j || !isNowhereWorse(other, point) || (j > i && isNowhereWorse(point, other)),
    ),
  );
}

function isNowhereWorse(a: Coordinates, b: Coordinates): boolean {
  for (let i = 0; i < a.length; i++) if (a[i]! > b[i]!) return false;
  return true;
}
