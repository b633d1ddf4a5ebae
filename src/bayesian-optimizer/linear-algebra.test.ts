import t from 'tap';
import { createRng } from '../domain/random.ts';
import {
  cholesky,
  extendCholesky,
  invertCholesky,
  solveCholesky,
  solveLower,
  solveLowerTransposed,
  updateCholesky,
} from './linear-algebra.ts';

const f64 = (...values: number[]) => Float64Array.from(values);
const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-10) =>
  a.length === b.length && Array.from(a).every((x, i) => Math.abs(x - b[i]!) <= tolerance);

/** The textbook matrix whose triangle is whole numbers. */
const A = f64(4, 12, -16, 12, 37, -43, -16, -43, 98);
const L = f64(2, 0, 0, 6, 1, 0, -8, 5, 3);

/** B·Bᵀ + I for random B. */
function randomMatrix(n: number, seed: number): Float64Array {
  const rng = createRng(seed, 0);
  const b = Float64Array.from({ length: n * n }, rng.normal);
  return multiplyTransposed(b, n).map((value, at) => value + (at % (n + 1) === 0 ? 1 : 0));
}

function multiplyTransposed(l: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += l[i * n + k]! * l[j * n + k]!;
    return sum;
  });
}

t.test('a textbook matrix has its known triangle', async (t) => {
  t.same([...cholesky(A, 3)], [...L]);
});

t.test('systems are solved: the residual is zero', async (t) => {
  const x = f64(1, -2, 0.5);
  const b = f64(4 - 24 - 8, 12 - 74 - 21.5, -16 + 86 + 49);
  t.ok(close(solveCholesky(L, 3, b), x));
  t.ok(close(solveLower(L, 3, f64(2, 4, 5)), f64(1, -2, 23 / 3)));
  t.ok(close(solveLowerTransposed(L, 3, f64(2, 1, 3)), f64(17, -4, 1)));
});

t.test('the inverse times the matrix is the identity', async (t) => {
  const n = 20;
  const a = randomMatrix(n, 1);
  const inverse = invertCholesky(cholesky(a, n), n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * inverse[k * n + j]!;
      if (Math.abs(sum - (i === j ? 1 : 0)) > 1e-9) t.fail(`entry ${i}, ${j} is ${sum}`);
    }
  }
});

t.test('a row added later gives the triangle of the whole', async (t) => {
  const n = 8;
  const a = randomMatrix(n, 2);
  const m = n - 1;
  const head = Float64Array.from({ length: m * m }, (_, at) => a[Math.floor(at / m) * n + (at % m)]!);
  const grown = extendCholesky(cholesky(head, m), m, a.slice(m * n, m * n + m), a[n * n - 1]!);
  t.ok(close(grown, cholesky(a, n)));
});

t.test('a rank-one update gives the triangle of the sum', async (t) => {
  const n = 8;
  const v = f64(1, -2, 0, 3, 0.5, -1, 2, 4);
  const a = randomMatrix(n, 3);
  const sum = a.map((value, at) => value + v[Math.floor(at / n)]! * v[at % n]!);
  t.ok(close(updateCholesky(cholesky(a, n), n, v), cholesky(sum, n)));
});

t.test('a matrix that is not positive definite is refused', async (t) => {
  t.throws(() => cholesky(f64(1, 2, 2, 1), 2), RangeError);
  t.throws(() => extendCholesky(f64(1), 1, f64(1), 1), RangeError);
});
