import { adjustHeap, type Before, sortHeap } from './heap.ts';

/**
 * Sorts `items` exactly as GNU's `std::sort` does: introsort (Musser 1997) with a median-of-three pivot, runs of 16 left
 * to a final insertion sort, heapsort when the recursion gets too deep. The sort is not stable, and the order of
 * equals decides which word gets which row of a fastText model; hence this twin instead of `Array.prototype.sort`.
 * @param before strict weak order: whether `a` must stand before `b`
 */
export function introsort(items: Int32Array, before: Before): void {
  const n = items.length;
  if (n < 2) return;
  sortLoop(items, 0, n, 2 * Math.floor(Math.log2(n)), before);
  insertionSort(items, 0, Math.min(n, RUN), before);
  for (let i = RUN; i < n; i++) insertUnguarded(items, i, before);
}

/** Longest run that partitioning leaves to the insertion sort. */
const RUN = 16;

function sortLoop(a: Int32Array, first: number, last: number, depth: number, before: Before): void {
  while (last - first > RUN) {
    if (depth-- === 0) {
      heapSort(a, first, last, before);
      return;
    }
    const cut = partition(a, first, last, before);
    sortLoop(a, cut, last, depth, before);
    last = cut;
  }
}

/** Puts the median of the second, middle and last item in front, then splits the rest around it. */
function partition(a: Int32Array, first: number, last: number, before: Before): number {
  const middle = first + ((last - first) >> 1);
  swap(a, first, medianOf(a, first + 1, middle, last - 1, before));
  const pivot = a[first]!;
  let low = first + 1;
  let high = last;
  for (;;) {
    while (before(a[low]!, pivot)) low++;
    do high--;
    while (before(pivot, a[high]!));
    if (low >= high) return low;
    swap(a, low, high);
    low++;
  }
}

function medianOf(a: Int32Array, x: number, y: number, z: number, before: Before): number {
  if (before(a[x]!, a[y]!)) {
    if (before(a[y]!, a[z]!)) return y;
    return before(a[x]!, a[z]!) ? z : x;
  }
  if (before(a[x]!, a[z]!)) return x;
  return before(a[y]!, a[z]!) ? z : y;
}

function insertionSort(a: Int32Array, first: number, last: number, before: Before): void {
  for (let i = first + 1; i < last; i++) {
    if (before(a[i]!, a[first]!)) {
      const value = a[i]!;
      a.copyWithin(first + 1, first, i);
      a[first] = value;
    } else insertUnguarded(a, i, before);
  }
}

/** Moves item `i` down to its place; something not after it is known to stand below. */
function insertUnguarded(a: Int32Array, i: number, before: Before): void {
  const value = a[i]!;
  while (before(value, a[i - 1]!)) {
    a[i] = a[i - 1]!;
    i--;
  }
  a[i] = value;
}

function heapSort(a: Int32Array, first: number, last: number, before: Before): void {
  const n = last - first;
  for (let hole = (n - 2) >> 1; hole >= 0; hole--) {
    adjustHeap(a, { first, hole, n, value: a[first + hole]! }, before);
  }
  sortHeap(a, first, n, before);
}

function swap(a: Int32Array, i: number, j: number): void {
  const value = a[i]!;
  a[i] = a[j]!;
  a[j] = value;
}
