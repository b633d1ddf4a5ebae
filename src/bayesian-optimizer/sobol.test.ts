import t from 'tap';
import { createRng } from '../domain/random.ts';
import { createSobol, SOBOL_MAX_DIMENSIONS } from './sobol.ts';

t.test('the plain sequence begins as published', async (t) => {
  const sobol = createSobol(3);
  t.same(
    [0, 1, 2, 3, 4].map((i) => [...sobol.point(i)]),
    [
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
    ],
  );
});

t.test('far points of high axes equal those of an independent implementation', async (t) => {
  const sobol = createSobol(128);
  // (index, axis, value) from SciPy 1.11, qmc.Sobol(128, scramble=False, bits=32)
  const expected = [
    [5, 3, 0.375],
    [37, 20, 0.953125],
    [100, 63, 0.6484375],
    [777, 100, 0.8427734375],
    [999, 127, 0.9814453125],
  ] as const;
  for (const [index, axis, value] of expected) t.equal(sobol.point(index)[axis], value);
});

t.test('every axis of a scrambled sequence has one point in each slice', async (t) => {
  const rng = createRng(7, 0);
  const sobol = createSobol(SOBOL_MAX_DIMENSIONS, rng.uniform);
  const points = Array.from({ length: 256 }, (_, i) => sobol.point(i));
  for (let d = 0; d < SOBOL_MAX_DIMENSIONS; d++) {
    const slices = new Set(points.map((point) => Math.floor(point[d]! * 256)));
    t.equal(slices.size, 256, `axis ${d}`);
  }
});

t.test('the first two axes stay a (0, 2)-net when scrambled', async (t) => {
  const sobol = createSobol(2, createRng(3, 0).uniform);
  const points = Array.from({ length: 64 }, (_, i) => sobol.point(i));
  for (const [columns, rows] of [
    [2, 32],
    [8, 8],
    [32, 2],
  ] as const) {
    const cells = new Set(points.map(([x, y]) => Math.floor(x! * columns) * rows + Math.floor(y! * rows)));
    t.equal(cells.size, 64, `${columns} × ${rows} boxes`);
  }
});

t.test('seeds scramble differently and the same seed alike', async (t) => {
  const first = (seed: number) => [...createSobol(4, createRng(seed, 0).uniform).point(9)];
  t.same(first(1), first(1));
  t.not(first(1)[0], first(2)[0]);
});

t.test('a number of dimensions without directions is refused', async (t) => {
  t.throws(() => createSobol(0), RangeError);
  t.throws(() => createSobol(SOBOL_MAX_DIMENSIONS + 1), RangeError);
});
