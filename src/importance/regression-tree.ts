/** Values of one feature by row, with the cells that a split may part. */
export interface Feature {
  /** In [0, 1]. */
  readonly values: Float64Array;
  /** Number of each row's cell, rising with its value. */
  readonly cells: Uint16Array;
  /** Where cell i ends and cell i + 1 begins. */
  readonly edges: Float64Array;
}

/** A leaf: the box of the unit cube that it covers, and the mean value there. */
export interface Leaf {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly mean: number;
}

/** Different values are told apart up to so many; more are put into cells of about equally many rows. */
const MOST_CELLS = 64;

export function toFeature(values: Float64Array): Feature {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const sorted = values.toSorted();
  const step = sorted.length / MOST_CELLS;
  const starts =
    distinct.length <= MOST_CELLS
      ? distinct
      : [...new Set(Array.from({ length: MOST_CELLS }, (_, i) => sorted[Math.floor(i * step)]!))];
  const edges = Float64Array.from(starts.slice(1), (start, i) => {
    // Halfway to the largest value below, as a tree places its splits.
    const below = distinct.length <= MOST_CELLS ? starts[i]! : sorted[lowerBound(sorted, start) - 1]!;
    return (below + start) / 2;
  });
  return { values, cells: Uint16Array.from(values, (value) => lowerBound(edges, value)), edges };
}

/** Number of sorted values below `value`. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A regression tree grown until its leaves are pure or hold one row (CART, Breiman et al. 1984): each split is the one that
 * lowers the squared error most. @param rows the training rows, repeated as a bootstrap drew them
 */
export function growTree(features: readonly Feature[], targets: Float64Array, rows: Int32Array): Leaf[] {
  const leaves: Leaf[] = [];
  const nodes = [
    {
      rows,
      low: new Float64Array(features.length),
      high: new Float64Array(features.length).fill(1),
    },
  ];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const split = findSplit(features, targets, node.rows);
    if (split === null) {
      const sum = node.rows.reduce((total, row) => total + targets[row]!, 0);
      leaves.push({ low: node.low, high: node.high, mean: sum / node.rows.length });
      continue;
    }
    const { cells, edges } = features[split.feature]!;
    const [left, right] = [node.high.slice(), node.low.slice()];
    left[split.feature] = edges[split.cell]!;
    right[split.feature] = edges[split.cell]!;
    nodes.push({ rows: node.rows.filter((row) => cells[row]! <= split.cell), low: node.low, high: left });
    nodes.push({ rows: node.rows.filter((row) => cells[row]! > split.cell), low: right, high: node.high });
  }
  return leaves;
}

const [sums, counts] = [new Float64Array(MOST_CELLS + 1), new Float64Array(MOST_CELLS + 1)];

/** The feature and the last cell on the left; null where the targets are equal or no feature parts them. */
function findSplit(
  features: readonly Feature[],
  targets: Float64Array,
  rows: Int32Array,
): { readonly feature: number; readonly cell: number } | null {
  const n = rows.length;
  const first = targets[rows[0]!]!;
  if (rows.every((row) => targets[row] === first)) return null;
  const total = rows.reduce((sum, row) => sum + targets[row]!, 0);
  let [best, bestGain]: [{ feature: number; cell: number } | null, number] = [null, (total * total) / n];
  for (const [feature, { cells, edges }] of features.entries()) {
    sums.fill(0, 0, edges.length + 1);
    counts.fill(0, 0, edges.length + 1);
    for (const row of rows) {
      sums[cells[row]!]! += targets[row]!;
      counts[cells[row]!]!++;
    }
    let [leftSum, leftCount] = [0, 0];
    for (let cell = 0; cell < edges.length; cell++) {
      if (counts[cell] === 0) continue;
      leftSum += sums[cell]!;
      leftCount += counts[cell]!;
      if (leftCount === n) break;
      const rightSum = total - leftSum;
      const gain = (leftSum * leftSum) / leftCount + (rightSum * rightSum) / (n - leftCount);
      if (gain > bestGain + 1e-12 * Math.abs(bestGain)) [best, bestGain] = [{ feature, cell }, gain];
    }
  }
  return best;
}
