import t from 'tap';
import { bendTargets } from './bend-targets.ts';

const near = (a: number, b: number, tolerance = 1e-12) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
const f64 = (...values: number[]) => Float64Array.from(values);

t.test('without bending, values are standardised', async (t) => {
  const { targets } = bendTargets(f64(2, 4, 4, 4, 5, 5, 7, 9), 0);
  const expected = [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2];
  t.ok(targets.every((x, i) => near(x, expected[i]!)));
  t.same([...bendTargets(f64(3, 3, 3), 10).targets], [0, 0, 0]);
});

t.test('bent values are logarithms of the regret over its median', async (t) => {
  // Regrets 0, 1, 3 with median 1: ln 1, ln 2, ln 4 are evenly spaced.
  const { targets } = bendTargets(f64(5, 6, 8), 1);
  const expected = [-Math.sqrt(1.5), 0, Math.sqrt(1.5)];
  t.ok(
    targets.every((x, i) => near(x, expected[i]!)),
    `${targets}`,
  );
});

t.test('the Jacobian equals finite differences, up to a constant', async (t) => {
  // Best, largest and median stay, so that only the moved value's own slope and the deviation change.
  const values = f64(0, 0.3, 1, 2, 4);
  const slopeOf = (bend: number) => {
    const spread = (y: Float64Array) => {
      const { targets } = bendTargets(y, bend);
      return targets[4]! - targets[0]!;
    };
    // In units of the whole spread, which cancels the deviation: d t₃ / (t₄ − t₀).
    const at = (step: number) => bendTargets(values.with(3, 2 + step), bend).targets;
    const unit = (step: number) => (at(step)[3]! - at(step)[0]!) / spread(values.with(3, 2 + step));
    return (unit(1e-5) - unit(-1e-5)) / 2e-5;
  };
  // ∂/∂r of ln(1 + κ r) / ln(1 + κ r_max), with median 1.
  t.ok(near(slopeOf(3), 3 / (1 + 3 * 2) / Math.log(1 + 3 * 4), 1e-7));
  t.ok(near(slopeOf(0), 1 / 4, 1e-7));
  // Two values: t = ±1 for every bend, so n ln(deviation) and the slopes are all there is: r = 0 and 1 (the median).
  const { logJacobian } = bendTargets(f64(0, 1), 3);
  t.ok(near(logJacobian, -Math.log(4) - 2 * Math.log(Math.log(4) / 3 / 2)), `${logJacobian}`);
});

t.test('the order is kept, outliers come closer, and huge values are survived', async (t) => {
  const values = f64(0.1, 1e6, 0.3, 0.2, 5, 40);
  const order = (xs: Float64Array) => [...xs.keys()].sort((a, b) => xs[a]! - xs[b]!);
  const { targets } = bendTargets(values, 30);
  t.same(order(targets), order(values));
  t.ok(Math.max(...targets) < Math.max(...bendTargets(values, 0).targets));
  for (const bend of [0, 3, 30])
    t.ok(bendTargets(f64(1e308, -1e308, 0, 1), bend).targets.every(Number.isFinite), `${bend}`);
});
