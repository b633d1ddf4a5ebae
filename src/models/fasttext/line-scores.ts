import type { Loss } from './args.ts';
import type { HuffmanTree } from './huffman.ts';
import { rankLabels } from './rank-labels.ts';
import { rankLeaves } from './rank-leaves.ts';

/** What a model says of one line. */
export interface LineScores {
  /** One a label. */
  readonly probabilities: Float32Array;
  /** The `k` most probable labels of at least `threshold`, best first, as the official program shows them. */
  rank(k: number, threshold: number): number[];
}

/** Floats that the kernel tells of a line: a probability a label, or a logarithm a node of the tree. */
export function scoreWidth(loss: Loss, nLabels: number): number {
  return loss === 'hs' ? 2 * nLabels - 1 : nLabels;
}

export function readScores(raw: Float32Array, tree: HuffmanTree | null): LineScores {
  if (tree === null) return { probabilities: raw, rank: (k, threshold) => rankLabels(raw, k, threshold) };
  return {
    probabilities: probabilitiesOf(raw.subarray(0, tree.nLabels)),
    rank: (k, threshold) => rankLeaves(raw, tree, k, threshold),
  };
}

/** The leaves come first among a tree's nodes. */
export function probabilitiesOf(leaves: Float32Array): Float32Array {
  // A product of rounded chances may exceed 1.
  return leaves.map((log) => Math.min(1, Math.exp(log)));
}
