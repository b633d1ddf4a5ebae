import t from 'tap';
import { createRng } from '../domain/random.ts';
import { conditionGaussianProcess } from './gaussian-process.ts';
import { drawParameters, fitParameters, negativeLogPosterior } from './gp-parameters.ts';
import type { GpData } from './matern-kernel.ts';

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
t.test('the gradient of the posterior of the parameters equals finite differences', async (t) => {
  const data = randomData(12, 1);
  const theta = f64(1.2, -0.4, 0.3, 0.2, -3);
  const { gradient } = negativeLogPosterior(data, theta);
  for (let i = 0; i < theta.length; i++) {
    const at = (step: number) =>
      negativeLogPosterior(
        data,
        theta.map((value, j) => (j === i ? value + step : value)),
      ).value;
    const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
    t.ok(near(gradient[i]!, slope, 1e-6), `parameter ${i}: ${gradient[i]} against ${slope}`);
  }
});

t.test('fitting tells coordinates that matter from those that do not, and finds the noise', async (t) => {
  const rng = createRng(4, 0);
  const n = 60;
  const points = Float64Array.from({ length: 2 * n }, rng.uniform);
  const targets = Float64Array.from(
    { length: n },
    (_, i) => 1.4 * Math.sin(6 * points[2 * i]!) + 0.3 * rng.normal(),
  );
  const data: GpData = { dimensions: ['numeric', 'numeric'], points, targets };
  const gp = conditionGaussianProcess(data, fitParameters(data).parameters);
  t.ok(gp.parameters.weights[0]! > 10 * gp.parameters.weights[1]!, `${gp.parameters.weights}`);
  t.ok(Math.abs(Math.sqrt(gp.parameters.noise) - 0.3) < 0.08, `${gp.parameters.noise}`);
  let worst = 0;
  for (let x = 0.05; x < 1; x += 0.05)
    worst = Math.max(worst, Math.abs(gp.predict(f64(x, 0.5)).mean - 1.4 * Math.sin(6 * x)));
  t.ok(worst < 0.35, `largest error ${worst}`);
});

t.test('equal points and equal targets are no hindrance', async (t) => {
  const data: GpData = {
    dimensions: ['numeric'],
    points: new Float64Array(20).fill(0.5),
    targets: new Float64Array(20),
  };
  const { mean, variance } = conditionGaussianProcess(data, fitParameters(data).parameters).predict(f64(0.1));
  t.ok(near(mean, 0) && variance > 0);
});

t.test('the evidence is higher for the targets that the kernel explains', async (t) => {
  const rng = createRng(5, 0);
  const n = 30;
  const points = Float64Array.from({ length: n }, rng.uniform);
  const smooth = points.map((x) => 1.4 * Math.sin(6 * x));
  const rough = points.map(() => rng.normal());
  const evidence = (targets: Float64Array) =>
    fitParameters({ dimensions: ['numeric'], points, targets }).logPosterior;
  t.ok(evidence(smooth) > evidence(rough) + 10);
});

t.test('draws spread where the data leave parameters open, and agree where they do not', async (t) => {
  const rng = createRng(6, 0);
  const spread = (n: number) => {
    const points = Float64Array.from({ length: 2 * n }, rng.uniform);
    const targets = Float64Array.from({ length: n }, (_, i) => 1.4 * Math.sin(6 * points[2 * i]!));
    const data: GpData = { dimensions: ['numeric', 'numeric'], points, targets };
    const { parameters } = fitParameters(data);
    const logs = drawParameters(data, parameters, 40, rng).map(({ weights }) => Math.log(weights[0]!));
    const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
    return Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
  };
  const [few, many] = [spread(4), spread(40)];
  t.ok(few > 2 * many && many > 0, `${few} against ${many}`);
});
