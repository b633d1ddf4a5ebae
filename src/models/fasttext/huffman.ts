import { DataError } from '../../domain/errors.ts';

/**
 * Hierarchical softmax (Morin & Bengio 2005; Joulin et al. 2016, section 2.1): labels are the leaves of a Huffman tree,
 * and a label's probability is the product of the turns on the way to it, so learning one label touches about
 * log2(labels) rows instead of all of them. Leaf i is label i; inner node nLabels + j is row j of the output matrix; the
 * root is the last node.
 */
export interface HuffmanTree {
  readonly nLabels: number;
  /** Left and right child of each inner node, in turn; a child's number is smaller than its parent's. */
  readonly children: Int32Array;
  /** Of every node but the root. */
  readonly parents: Int32Array;
}

/**
 * The tree for labels sorted by count, descending. Two queues, leaves from the rarest up and inner nodes in the order they
 * are made; of equal counts the inner node goes first, and the first of a pair is the left child. The tree is not stored
 * with a model: the official program makes the same one from the counts.
 * @throws {DataError} counts that no text has
 */
export function buildHuffmanTree(counts: readonly number[]): HuffmanTree {
  const nLabels = counts.length;
  const nodes = [...counts];
  const children = new Int32Array(2 * (nLabels - 1));
  const parents = new Int32Array(2 * nLabels - 1).fill(-1);
  let leaf = nLabels - 1;
  let inner = nLabels;
  const takeLeast = (): number => {
    if (leaf >= 0 && nodes[leaf]! < (nodes[inner] ?? UNMADE)) return leaf--;
    if (inner >= nodes.length)
      throw new DataError(`a label's count is ${nodes[leaf]}: the model is damaged.`);
    return inner++;
  };
  for (let row = 0; row < nLabels - 1; row++) {
    const pair = [takeLeast(), takeLeast()] as const;
    children.set(pair, 2 * row);
    for (const child of pair) parents[child] = nLabels + row;
    nodes.push(nodes[pair[0]]! + nodes[pair[1]]!);
  }
  return { nLabels, children, parents };
}

/** What the official program takes for the count of a node that is still to be made. */
const UNMADE = 1e15;

/** The inner nodes from each label to the root, as rows; 1 where the way comes from a right child. */
export interface LabelPaths {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly answers: Float32Array;
}

export function listPaths({ nLabels, children, parents }: HuffmanTree): LabelPaths {
  const rows: number[] = [];
  const answers: number[] = [];
  const starts = Int32Array.from({ length: nLabels + 1 }, (_, label) => {
    const start = rows.length;
    for (let node = label; label < nLabels && parents[node]! >= 0; node = parents[node]!) {
      const row = parents[node]! - nLabels;
      rows.push(row);
      answers.push(children[2 * row + 1] === node ? 1 : 0);
    }
    return start;
  });
  return { starts, rows: Int32Array.from(rows), answers: Float32Array.from(answers) };
}
