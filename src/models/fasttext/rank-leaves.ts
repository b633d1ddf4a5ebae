import { keepBest, sortHeap } from './heap.ts';
import type { HuffmanTree } from './huffman.ts';

/**
 * The `k` most probable leaves of at least `threshold`, best first, as the official program finds them: depth first, left
 * before right, past nodes below the threshold or the k-th best so far. It compares logarithms of p + 1e-5 along the way,
 * so what is less probable than 1e-5 is not shown, whatever `k`.
 * @param logs logarithm of every node's probability
 */
export function rankLeaves(logs: Float32Array, tree: HuffmanTree, k: number, threshold: number): number[] {
  if (k <= 0) return [];
  const least = Math.fround(Math.log(Math.fround(threshold) + 1e-5));
  const lower = (a: number, b: number): boolean => logs[a]! > logs[b]!;
  const heap = new Int32Array(Math.min(k, tree.nLabels) + 1);
  let n = 0;
  const stack = [2 * tree.nLabels - 2];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (logs[node]! < least || (n === k && logs[node]! < logs[heap[0]!]!)) continue;
    if (node >= tree.nLabels) {
      const first = 2 * (node - tree.nLabels);
      stack.push(tree.children[first + 1]!, tree.children[first]!);
      continue;
    }
    n = keepBest(heap, { n, k, value: node }, lower);
  }
  sortHeap(heap, 0, n, lower);
  return [...heap.subarray(0, n)];
}
