/*
 * Texts of different lengths share a batch only by filling up the shorter ones. A compiled model wants few different
 * shapes, since each costs time to compile; filling up wants many, since what is filled up is computed in vain. So few
 * lengths are chosen, those with which the least is filled up: exactly, by dynamic programming over all lengths.
 */

export interface BucketOptions {
  /** Most buckets. */
  readonly count: number;
  /** Bucket lengths are multiples of this, but for the longest text. */
  readonly multiple: number;
}

/**
 * Rising lengths to fill texts up to; the last one holds the longest text.
 * @param lengths of the texts, each at least 1; not empty
 */
export function chooseBuckets(lengths: ArrayLike<number>, { count, multiple }: BucketOptions): number[] {
  const longest = Array.from(lengths).reduce((a, b) => Math.max(a, b), 1);
  const counts = new Map<number, number>();
  for (let i = 0; i < lengths.length; i++) {
    const size = Math.min(longest, Math.ceil(lengths[i]! / multiple) * multiple);
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  const sizes = [...counts.keys()].sort((a, b) => a - b);
  return cheapestEnds(
    sizes,
    sizes.map((size) => counts.get(size)!),
    count,
  );
}

/** best[k][i]: the least total length of the texts of the first i sizes in k buckets, the last ending at size i. */
function cheapestEnds(sizes: readonly number[], counts: readonly number[], most: number): number[] {
  const n = sizes.length;
  const upTo = [0];
  for (const count of counts) upTo.push(upTo.at(-1)! + count);
  let best = Array.from({ length: n + 1 }, (_, i) => (i === 0 ? 0 : Number.POSITIVE_INFINITY));
  const starts: number[][] = [];
  let [cheapest, used] = [Number.POSITIVE_INFINITY, 0];
  for (let k = 1; k <= Math.min(most, n); k++) {
    const next = new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY);
    const from = new Array<number>(n + 1).fill(0);
    for (let end = 1; end <= n; end++) {
      for (let start = 0; start < end; start++) {
        const cost = best[start]! + (upTo[end]! - upTo[start]!) * sizes[end - 1]!;
        if (cost < next[end]!) [next[end], from[end]] = [cost, start];
      }
    }
    best = next;
    starts.push(from);
    if (best[n]! < cheapest) [cheapest, used] = [best[n]!, k];
  }
  const ends: number[] = [];
  for (let [k, end] = [used, n]; k > 0; k--) {
    ends.unshift(sizes[end - 1]!);
    end = starts[k - 1]![end]!;
  }
  return ends;
}

/** The index of the shortest bucket that holds a text of this length. */
export function bucketOf(length: number, buckets: readonly number[]): number {
  const index = buckets.findIndex((size) => size >= length);
  return index < 0 ? buckets.length - 1 : index;
}
