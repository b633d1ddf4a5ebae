import type { Loss } from './args.ts';
import { buildHuffmanTree, type HuffmanTree, listPaths } from './huffman.ts';
import { buildNegativeTable } from './negative-table.ts';

/** What a loss needs in the kernel's memory beside the matrices, by the kernel's names: what to copy, and numbers. */
export interface LossTables {
  readonly loss: Loss;
  readonly regions: Readonly<Record<string, Int32Array | Float32Array>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** @param labelCounts how often each label occurs, descending */
export function trainingTables(loss: Loss, labelCounts: readonly number[], negatives: number): LossTables {
  if (loss === 'ns') return negativeTables(labelCounts, negatives);
  if (loss !== 'hs') return { loss, regions: {}, numbers: {} };
  const tree = buildHuffmanTree(labelCounts);
  const { starts, rows, answers } = listPaths(tree);
  const { regions, ...rest } = treeTables(tree);
  return { ...rest, regions: { ...regions, pathStarts: starts, pathRows: rows, pathAnswers: answers } };
}

/** What prediction needs: negative sampling predicts like one-vs-all. */
export function predictionTables(loss: Loss, tree: HuffmanTree | null): LossTables {
  return tree === null ? { loss, regions: {}, numbers: {} } : treeTables(tree);
}

function treeTables({ nLabels, children }: HuffmanTree): LossTables {
  const regions = {
    children,
    nodeScores: new Float32Array(2 * nLabels - 1),
    nodeStack: new Int32Array(2 * nLabels),
  };
  return { loss: 'hs', regions, numbers: {} };
}

function negativeTables(labelCounts: readonly number[], negatives: number): LossTables {
  const { range, ends, guide } = buildNegativeTable(labelCounts);
  const sampledAnswers = new Float32Array(negatives + 1);
  sampledAnswers[0] = 1;
  return {
    loss: 'ns',
    regions: {
      drawEnds: ends,
      drawGuide: guide,
      sampledRows: new Int32Array(negatives + 1),
      sampledAnswers,
    },
    numbers: { negatives, drawRange: range },
  };
}
