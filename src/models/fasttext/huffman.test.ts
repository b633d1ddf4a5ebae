import t from 'tap';
import { buildHuffmanTree, listPaths } from './huffman.ts';

/** Each label's way as rows and turns: `1R 3L`, from the leaf up. */
function waysOf(counts: readonly number[]): string[] {
  const { starts, rows, answers } = listPaths(buildHuffmanTree(counts));
  return counts.map((_, label) =>
    Array.from(rows.subarray(starts[label]!, starts[label + 1]!), (row, i) => {
      return `${row}${answers[starts[label]! + i] === 1 ? 'R' : 'L'}`;
    }).join(' '),
  );
}

t.test('frequent labels lie near the root', async (t) => {
  // 1 + 2 = 3 (row 0); 3 + 4 = 7 (row 1), the inner node of 3 before the leaf of 4; 7 + 8 (row 2).
  t.same(waysOf([8, 4, 2, 1]), ['2R', '1R 2L', '0R 1L 2L', '0L 1L 2L']);
});

t.test(
  'of equal counts an inner node goes before a leaf, and rare leaves from the end of the list',
  async (t) => {
    // 1 + 1 = 2 (row 0) of leaves 4 and 3; then 2, the inner node, before leaf 2: row 1 = 2 + 2; row 2 = leaves 1 and 0 …
    t.same(waysOf([2, 2, 2, 1, 1]), ['2R 3R', '2L 3R', '1R 3L', '0R 1L 3L', '0L 1L 3L']);
  },
);

t.test('one label is a tree without decisions, two are one decision', async (t) => {
  t.same(waysOf([5]), ['']);
  t.same(waysOf([3, 2]), ['0R', '0L']);
});

t.test('counts that no text has are an error', async (t) => {
  t.throws(() => buildHuffmanTree([4e15, 2e15, 1]), { name: 'DataError' });
});
