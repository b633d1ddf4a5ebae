export interface CountedPair {
  /** Decides between equal counts. */
  readonly text: string;
  count: number;
}

/** Most frequent first. A count that fell since is put right when the pair's turn comes; one that rose is queued again. */
export function createPairQueue<P extends CountedPair>() {
  const heap: Queued<P>[] = [];
  const push = (pair: P): void => {
    if (pair.count > 0) siftUp(heap, { pair, count: pair.count });
  };
  return {
    push,
    pop(): P | undefined {
      for (let top = heap[0]; top !== undefined; top = heap[0]) {
        removeTop(heap);
        if (top.count === top.pair.count) return top.pair;
        // More than when it was queued: it stands further up as well, or did.
        if (top.count > top.pair.count) push(top.pair);
      }
      return undefined;
    },
  };
}

interface Queued<P> {
  readonly pair: P;
  /** The pair's count when it was queued. */
  readonly count: number;
}

const before = (a: Queued<CountedPair>, b: Queued<CountedPair>): boolean =>
  a.count > b.count || (a.count === b.count && a.pair.text < b.pair.text);

function siftUp<P extends CountedPair>(heap: Queued<P>[], entry: Queued<P>): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(entry, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function removeTop(heap: Queued<CountedPair>[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
