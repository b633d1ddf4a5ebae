import { keepBest, sortHeap } from './heap.ts';

/**
 * The `k` most probable labels of at least `threshold`, best first, ranked and with ties as by the official program: it
 * compares float32 log(p + 1e-5) in a heap.
 */
export function rankLabels(scores: Float32Array, k: number, threshold: number): number[] {
  if (k <= 0) return [];
  const logs = scores.map((p) => Math.log(p + 1e-5));
  const lower = (a: number, b: number): boolean => logs[a]! > logs[b]!;
  const heap = new Int32Array(Math.min(k, scores.length) + 1);
  let n = 0;
  for (let label = 0; label < scores.length; label++) {
    if (scores[label]! < threshold) continue;
    if (n === k && logs[label]! < logs[heap[0]!]!) continue;
    n = keepBest(heap, { n, k, value: label }, lower);
  }
  sortHeap(heap, 0, n, lower);
  return [...heap.subarray(0, n)];
}
