import t from 'tap';
import { createRng } from '../domain/random.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { nextNumber, sobolPoint } from './sobol.ts';

t.test('32 points fill every choice and every eighth of a log range evenly', async (t) => {
  const space: SearchSpace = {
    lr: { type: 'float', low: 1e-4, high: 1, log: true },
    loss: { type: 'categorical', choices: ['softmax', 'ova'] },
  };
  const points = Array.from({ length: 32 }, (_, i) => sobolPoint(space, 5, i, createRng(5, i)));
  t.equal(points.filter(({ loss }) => loss === 'ova').length, 16);
  const eighths = points.map(({ lr }) => Math.floor((8 * Math.log((lr as number) / 1e-4)) / Math.log(1e4)));
  for (let k = 0; k < 8; k++) t.equal(eighths.filter((e) => e === k).length, 4);
});

t.test('spaces wider than the direction numbers are still sampled', async (t) => {
  const wide: SearchSpace = Object.fromEntries(
    Array.from({ length: 140 }, (_, i) => [`x${i}`, { type: 'float', low: 0, high: 1 }]),
  );
  const params = sobolPoint(wide, 0, 3, createRng(0, 3));
  t.equal(Object.keys(params).length, 140);
});

t.test('an empty space has one empty point, and numbering starts at 0', async (t) => {
  t.same(sobolPoint({}, 0, 0, createRng(0, 0)), {});
  t.equal(nextNumber([]), 0);
});
