import t from 'tap';
import { createRng } from '../domain/random.ts';
import { conditionGaussianProcess } from './gaussian-process.ts';
import type { GpData, GpParameters } from './matern-kernel.ts';

const f64 = (...values: number[]) => Float64Array.from(values);
const near = (a: number, b: number, tolerance = 1e-9) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

function randomData(n: number, seed: number): GpData {
  const rng = createRng(seed, 0);
  const points = Float64Array.from({ length: n * 3 }, (_, at) =>
    at % 3 === 2 ? rng.integer(3) : rng.uniform(),
  );
  const targets = Float64Array.from(
    { length: n },
    (_, i) => Math.sin(5 * points[3 * i]!) + 0.3 * points[3 * i + 2]!,
  );
  return { dimensions: ['numeric', 'numeric', 'categorical'], points, targets };
}
const parameters: GpParameters = { weights: f64(4, 1, 0.5), signal: 1.3, noise: 0.01 };

t.test('two points give the posterior worked out by hand', async (t) => {
  // r = 1 between them and ½ to the middle: k(1) = (1 + √5 + 5/3) e^(−√5) = 0.5239941088, k(½) = 0.8286491424.
  const data: GpData = { dimensions: ['numeric'], points: f64(0, 1), targets: f64(-1, 1) };
  const gp = conditionGaussianProcess(data, { weights: f64(1), signal: 1, noise: 0.1 });
  const [k1, k2] = [0.5239941088318203, 0.8286491424181255];
  const middle = gp.predict(f64(0.5));
  t.ok(near(middle.mean, 0, 1e-12), 'by symmetry');
  // Both points pull alike: kᵀ K⁻¹ k = 2 k(½)² / (1.1 + k(1)).
  t.ok(near(middle.variance, 1 - (2 * k2 * k2) / (1.1 + k1)));
  // K⁻¹ (−1, 1)ᵀ = (−1, 1)ᵀ / (1.1 − k(1))
  t.ok(near(gp.predict(f64(1)).mean, (1 - k1) / (1.1 - k1)));
});

t.test('choices are as far from each other as numbers 1 apart, whatever their index', async (t) => {
  const data: GpData = { dimensions: ['categorical'], points: f64(0), targets: f64(2) };
  const gp = conditionGaussianProcess(data, { weights: f64(1), signal: 1, noise: 0.1 });
  t.ok(near(gp.predict(f64(1)).variance, 1 - 0.5239941088318203 ** 2 / 1.1));
  t.equal(gp.predict(f64(1)).variance, gp.predict(f64(7)).variance);
  t.equal(gp.correlation(f64(3), f64(3)), 1);
  t.ok(near(gp.correlation(f64(3), f64(5)), 0.5239941088318203));
});

t.test('the gradient of a prediction equals finite differences, and is 0 for choices', async (t) => {
  const gp = conditionGaussianProcess(randomData(15, 2), parameters);
  const point = f64(0.35, 0.8, 1);
  const { mean, variance, meanGradient, varianceGradient } = gp.predictWithGradient(point);
  t.ok(near(mean, gp.predict(point).mean) && near(variance, gp.predict(point).variance));
  for (const i of [0, 1]) {
    const at = (step: number) => gp.predict(point.map((value, j) => (j === i ? value + step : value)));
    t.ok(near(meanGradient[i]!, (at(1e-6).mean - at(-1e-6).mean) / 2e-6, 1e-5));
    t.ok(near(varianceGradient[i]!, (at(1e-6).variance - at(-1e-6).variance) / 2e-6, 1e-5));
  }
  t.equal(meanGradient[2], 0);
  t.equal(varianceGradient[2], 0);
});

t.test('one more observation equals conditioning on all', async (t) => {
  const all = randomData(11, 3);
  const some = { ...all, points: all.points.slice(0, 30), targets: all.targets.slice(0, 10) };
  const grown = conditionGaussianProcess(some, parameters).observe(all.points.slice(30), all.targets[10]!);
  const whole = conditionGaussianProcess(all, parameters);
  const point = f64(0.2, 0.3, 2);
  t.ok(near(grown.predict(point).mean, whole.predict(point).mean));
  t.ok(near(grown.predict(point).variance, whole.predict(point).variance));
});
