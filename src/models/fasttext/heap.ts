/** GNU's heap steps, whose treatment of equals decides orders that the official program shows. */
export type Before = (a: number, b: number) => boolean;

/** Lets the hole sink to a leaf along the greater children, then `value` rise from there. */
export function adjustHeap(
  a: Int32Array,
  { first, hole, n, value }: { first: number; hole: number; n: number; value: number },
  before: Before,
): void {
  const top = hole;
  let child = hole;
  while (child < (n - 1) >> 1) {
    child = 2 * (child + 1);
    if (before(a[first + child]!, a[first + child - 1]!)) child--;
    a[first + hole] = a[first + child]!;
    hole = child;
  }
  if ((n & 1) === 0 && child === (n - 2) >> 1) {
    child = 2 * (child + 1);
    a[first + hole] = a[first + child - 1]!;
    hole = child - 1;
  }
  riseInHeap(a, { first, top, hole, value }, before);
}

/** Puts `value` where it belongs between the hole and the top. */
export function riseInHeap(
  a: Int32Array,
  { first, top, hole, value }: { first: number; top: number; hole: number; value: number },
  before: Before,
): void {
  let parent = (hole - 1) >> 1;
  while (hole > top && before(a[first + parent]!, value)) {
    a[first + hole] = a[first + parent]!;
    hole = parent;
    parent = (hole - 1) >> 1;
  }
  a[first + hole] = value;
}

/** Adds `value` to a heap of `n`; beyond `k` the top one goes. @returns how many there are now */
export function keepBest(
  a: Int32Array,
  { n, k, value }: { n: number; k: number; value: number },
  before: Before,
): number {
  riseInHeap(a, { first: 0, top: 0, hole: n, value }, before);
  if (n < k) return n + 1;
  adjustHeap(a, { first: 0, hole: 0, n, value: a[n]! }, before);
  return n;
}

/** Sorts a heap of items `first … first + n`. */
export function sortHeap(a: Int32Array, first: number, n: number, before: Before): void {
  for (let end = n - 1; end > 0; end--) {
    const value = a[first + end]!;
    a[first + end] = a[first]!;
    adjustHeap(a, { first, hole: 0, n: end, value }, before);
  }
}
