import t from 'tap';
import { createRng } from '../domain/random.ts';
import { decomposeSymmetric } from './symmetric-eigen.ts';

const near = (a: number, b: number, tolerance = 1e-10) => Math.abs(a - b) <= tolerance;
const sorted = (values: Float64Array) => [...values].sort((a, b) => a - b);

t.test('known matrices have their known eigenvalues', async (t) => {
  // [[2, 1], [1, 2]]: 1 and 3; the second difference matrix of order 3: 2 − √2, 2, 2 + √2.
  t.ok(
    sorted(decomposeSymmetric(Float64Array.of(2, 1, 1, 2), 2).values).every((v, i) => near(v, [1, 3][i]!)),
  );
  const difference = Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2);
  const expected = [2 - Math.SQRT2, 2, 2 + Math.SQRT2];
  t.ok(sorted(decomposeSymmetric(difference, 3).values).every((v, i) => near(v, expected[i]!)));
});

t.test('vectors are orthonormal and give the matrix back', async (t) => {
  const n = 7;
  const rng = createRng(1, 0);
  const half = Float64Array.from({ length: n * n }, rng.normal);
  const a = half.map((x, at) => x + half[(at % n) * n + Math.floor(at / n)]!);
  const { values, vectors } = decomposeSymmetric(a, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let [product, restored] = [0, 0];
      for (let k = 0; k < n; k++) {
        product += vectors[k * n + i]! * vectors[k * n + j]!;
        restored += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!;
      }
      t.ok(near(product, i === j ? 1 : 0) && near(restored, a[i * n + j]!));
    }
  }
});

t.test('a matrix of zeros and a single number are no hindrance', async (t) => {
  t.same([...decomposeSymmetric(new Float64Array(4), 2).values], [0, 0]);
  t.same([...decomposeSymmetric(Float64Array.of(5), 1).values], [5]);
});
