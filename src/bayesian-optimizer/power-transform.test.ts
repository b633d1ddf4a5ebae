import t from 'tap';
import { createRng } from '../domain/random.ts';
import { fitPower, normalizeTargets, standardize, yeoJohnson } from './power-transform.ts';

const near = (a: number, b: number, tolerance = 1e-12) => Math.abs(a - b) <= tolerance;

t.test('the transformation has its closed forms', async (t) => {
  t.ok(near(yeoJohnson(3, 0), Math.log(4)));
  t.ok(near(yeoJohnson(-3, 2), -Math.log(4)));
  t.ok(near(yeoJohnson(2.5, 1), 2.5) && near(yeoJohnson(-2.5, 1), -2.5));
  t.ok(near(yeoJohnson(3, 0.5), 2) && near(yeoJohnson(-3, 1.5), -2));
});

t.test('the power that made a normal sample skew is found back', async (t) => {
  const rng = createRng(1, 0);
  const normal = Float64Array.from({ length: 2000 }, () => Math.abs(rng.normal() * 0.5 + 2));
  // exp(x) − 1 is undone by power 0.
  t.ok(Math.abs(fitPower(normal.map((x) => Math.expm1(x))) - 0) < 0.15);
});

t.test(
  'good values are never pressed together: a sample with a long lower tail stays as it is',
  async (t) => {
    const rng = createRng(2, 0);
    const skew = Float64Array.from({ length: 500 }, () => -Math.exp(rng.normal()));
    t.ok(fitPower(standardize(skew)) > 0.98);
  },
);

t.test('standardised values have mean 0 and variance 1', async (t) => {
  const values = standardize(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9));
  const expected = [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2];
  t.ok(values.every((x, i) => near(x, expected[i]!)));
  t.same([...standardize(Float64Array.of(3, 3, 3))], [0, 0, 0]);
});

t.test('the order of targets is kept and outliers come closer', async (t) => {
  const values = Float64Array.of(0.1, 1e6, 0.3, 0.2, 5, 40);
  const targets = normalizeTargets(values);
  const order = (xs: Float64Array) => [...xs.keys()].sort((a, b) => xs[a]! - xs[b]!);
  t.same(order(targets), order(values));
  t.ok(Math.max(...targets) < Math.max(...standardize(values)));
});
