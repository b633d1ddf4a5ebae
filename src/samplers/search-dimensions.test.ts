import t from 'tap';
import type { Distribution } from '../domain/distribution.ts';
import { CONTRACT_SPACES } from '../testing/contract-spaces.ts';
import { makeTrial } from '../testing/trial-fixtures.ts';
import { decode, encodeTrial, groupDimensions } from './search-dimensions.ts';

t.test('parameters with the same condition form a group, parents first, constants left out', async (t) => {
  const names = (label: string) =>
    groupDimensions(CONTRACT_SPACES[label]!).map((group) => group.map(({ name }) => name));
  t.same(names('conditional, three deep'), [
    ['model', 'x'],
    ['layers'],
    ['units3'],
    ['units2'],
    ['C', 'kernel'],
    ['gamma'],
    ['depth'],
  ]);
  t.same(names('choices of every kind'), [['mixed', 'many', 'y']]);
  t.same(names('single values only'), []);
});

t.test('a trial is encoded on the scale that is searched, and decoded back', async (t) => {
  const [group] = groupDimensions({
    lr: { type: 'float', low: 0.01, high: 1, log: true },
    n: { type: 'int', low: 1, high: 4 },
    c: { type: 'categorical', choices: [null, 'x', true] },
  });
  const params = { lr: 0.1, n: 2, c: true };
  const point = encodeTrial(group!, makeTrial(0, 1, { params }))!;
  t.same(
    [...point].map((u) => Number(u.toFixed(12))),
    [0.5, 0.375, 2],
  );
  const [lr, n, c] = group!.map((dim, j) => decode(dim, point[j]!));
  t.same([(lr as number).toFixed(12), n, c], ['0.100000000000', 2, true]);
});

t.test('a value that is missing or outside its range has no coordinates', async (t) => {
  const [group] = groupDimensions({
    n: { type: 'int', low: 1, high: 4 },
    x: { type: 'float', low: 0, high: 1 },
  });
  t.equal(encodeTrial(group!, makeTrial(0, 1, { params: { n: 5, x: 0 } })), null);
  t.equal(encodeTrial(group!, makeTrial(1, 1, { params: { n: 2 } })), null);
});

t.test('the cells of a grid cover the unit interval, also on a log scale', async (t) => {
  const grids: Distribution[] = [
    { type: 'int', low: 1, high: 7, log: true },
    { type: 'int', low: 8, high: 63, step: 8 },
    { type: 'float', low: 0.1, high: 0.7, step: 0.2 },
  ];
  for (const distribution of grids) {
    const [group] = groupDimensions({ x: distribution });
    const { parzen } = group![0]!;
    if (parzen.type !== 'numeric' || parzen.cellOf === null) return t.fail('a grid has cells');
    let edge = 0;
    while (edge < 1 - 1e-9) {
      const cell = parzen.cellOf(edge + 1e-9);
      t.ok(Math.abs(cell.low - edge) < 1e-9, `a cell begins at ${edge}`);
      t.ok(cell.low < cell.center && cell.center < cell.high);
      edge = cell.high;
    }
  }
});
