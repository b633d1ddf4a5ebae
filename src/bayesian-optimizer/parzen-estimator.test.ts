import t from 'tap';
import { createRng } from '../domain/random.ts';
import { createParzenEstimator, type ParzenDimension } from './parzen-estimator.ts';

const continuous: ParzenDimension = { type: 'numeric', cellOf: null };
/** n equal cells. */
const grid = (n: number): ParzenDimension => ({
  type: 'numeric',
  cellOf(u) {
    const i = Math.min(Math.floor(u * n), n - 1);
    return { low: i / n, high: (i + 1) / n, center: (i + 0.5) / n };
  },
});
const choice = (size: number): ParzenDimension => ({ type: 'categorical', size });
const f64 = (...values: number[]) => Float64Array.from(values);
const near = (a: number, b: number, tolerance = 1e-6) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

t.test('one kernel and the prior give the mixture of two cut normals', async (t) => {
  const parzen = createParzenEstimator([continuous], {
    points: f64(0.3),
    weights: f64(3, 1),
    bandwidths: f64(0.1),
  });
  // Mass inside [0, 1]: of N(0.3, 0.1) Φ(7) − Φ(−3) = 0.99865010, of N(0.5, 1) Φ(½) − Φ(−½) = 0.38292492
  const expected =
    (0.75 * 3.989422804 * Math.exp(-0.5)) / 0.9986501 + (0.25 * 0.3989422804 * Math.exp(-0.005)) / 0.38292492;
  t.ok(near(parzen.logDensities(f64(0.4))[0]!, Math.log(expected)));
});

t.test('the density of continuous coordinates integrates to 1, near the borders too', async (t) => {
  const parzen = createParzenEstimator([continuous, continuous], {
    points: f64(0.02, 0.5, 0.98, 1),
    weights: f64(1, 2, 1),
    bandwidths: f64(0.1, 0.3),
  });
  const n = 200;
  const queries = new Float64Array(2 * n * n);
  for (let i = 0; i < n * n; i++) queries.set([((i % n) + 0.5) / n, (Math.floor(i / n) + 0.5) / n], 2 * i);
  const integral = parzen.logDensities(queries).reduce((sum, log) => sum + Math.exp(log), 0) / (n * n);
  t.ok(near(integral, 1, 1e-4), String(integral));
});

t.test('the masses of a coarse grid times choices add up to 1', async (t) => {
  const parzen = createParzenEstimator([grid(4), choice(3)], {
    points: f64(0.125, 0, 0.875, 2),
    weights: f64(1, 1, 0.5),
    bandwidths: f64(0.05, 0.3),
  });
  let sum = 0;
  for (let i = 0; i < 4; i++)
    for (let c = 0; c < 3; c++) sum += Math.exp(parzen.logDensities(f64((i + 0.5) / 4, c))[0]!) / 4;
  // Wide cells of the prior take the density at their centre: right to 1 %.
  t.ok(near(sum, 1, 0.01), String(sum));
});

t.test('a categorical kernel gives its own choice 1 − b and shares b', async (t) => {
  const parzen = createParzenEstimator([choice(4)], {
    points: f64(2),
    weights: f64(1, 1),
    bandwidths: f64(0.3),
  });
  t.ok(near(parzen.logDensities(f64(2))[0]!, Math.log(0.5 * 0.7 + 0.125)));
  t.ok(near(parzen.logDensities(f64(0))[0]!, Math.log(0.5 * 0.1 + 0.125)));
});

t.test('samples follow the density and stay on the grid', async (t) => {
  const parzen = createParzenEstimator([continuous, grid(5), choice(3)], {
    points: f64(0.25, 0.9, 1),
    weights: f64(4, 1),
    bandwidths: f64(0.05, 0.1, 0.2),
  });
  const rng = createRng(1, 2);
  const n = 4000;
  let [close, last, own, outside] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y, c] = parzen.sample(rng) as unknown as [number, number, number];
    if (x < 0 || x > 1 || !near((y * 5) % 1, 0.5)) outside++;
    if (Math.abs(x - 0.25) < 0.1) close++;
    if (y === 0.9) last++;
    if (c === 1) own++;
  }
  t.equal(outside, 0);
  // Weight 0.8 × the own kernel's share + 0.2 × the prior's: Φ(±2) and 0.2016; (Φ(1) − Φ(−1)) / Φ(1) and 0.1921; 1 − b.
  t.ok(Math.abs(close / n - (0.8 * 0.9545 + 0.2 * 0.2016)) < 0.03, `near the centre ${close / n}`);
  t.ok(Math.abs(last / n - (0.8 * 0.8115 + 0.2 * 0.1921)) < 0.03, `last cell ${last / n}`);
  t.ok(Math.abs(own / n - (0.8 * 0.8 + 0.2 / 3)) < 0.03, `own choice ${own / n}`);
});

t.test('without observations the prior is all there is', async (t) => {
  const parzen = createParzenEstimator([choice(5)], {
    points: new Float64Array(0),
    weights: f64(2),
    bandwidths: f64(0.5),
  });
  t.ok(near(parzen.logDensities(f64(3))[0]!, Math.log(1 / 5)));
});

t.test('arrays that do not fit are refused', async (t) => {
  t.throws(
    () => createParzenEstimator([continuous], { points: f64(1, 2), weights: f64(1, 1), bandwidths: f64(1) }),
    RangeError,
  );
});
