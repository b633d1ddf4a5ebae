import t from 'tap';
import { logExpectedImprovement } from './acquisition.ts';

const near = (a: number, b: number, tolerance: number) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

/** E[max(best − f, 0)] by Simpson's rule over the improvement, scaled so that nothing underflows. */
function integrate(mean: number, deviation: number, best: number): number {
  const z = (best - mean) / deviation;
  const [n, width] = [4000, 12 / Math.max(1, Math.abs(z))];
  const end = Math.max(z, 0) + width;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const u = (end * i) / n;
    // Improvement u·deviation has density φ(z − u); φ(z) is taken out.
    sum += (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * u * Math.exp(z * u - 0.5 * u * u);
  }
  return Math.log((sum * end) / n / 3) - 0.5 * z * z - 0.5 * Math.log(2 * Math.PI) + Math.log(deviation);
}

t.test('at the best value it is ln(deviation · φ(0))', async (t) => {
  t.ok(near(logExpectedImprovement(1, 2, 1).value, Math.log(2 * 0.3989422804), 1e-9));
});

t.test('it equals the integral it stands for, however hopeless the point', async (t) => {
  for (const z of [2, 0.3, -0.9, -1.1, -3, -8, -24, -26, -60]) {
    const { value } = logExpectedImprovement(-0.7 * z, 0.7, 0);
    t.ok(near(value, integrate(-0.7 * z, 0.7, 0), 1e-4), `z = ${z}: ${value}`);
  }
});

t.test('its derivatives equal finite differences', async (t) => {
  for (const mean of [-2, 0.5, 3, 15, 40]) {
    const { byMean, byDeviation } = logExpectedImprovement(mean, 1.3, 0);
    const at = (m: number, d: number) => logExpectedImprovement(m, d, 0).value;
    t.ok(near(byMean, (at(mean + 1e-3, 1.3) - at(mean - 1e-3, 1.3)) / 2e-3, 1e-3), `mean ${mean}`);
    t.ok(near(byDeviation, (at(mean, 1.301) - at(mean, 1.299)) / 2e-3, 1e-3), `deviation, mean ${mean}`);
  }
});
