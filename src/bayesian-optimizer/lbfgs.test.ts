import t from 'tap';
import { minimize } from './lbfgs.ts';

const f64 = (...values: number[]) => Float64Array.from(values);

function rosenbrock(v: Float64Array) {
  const [x, y] = [v[0]!, v[1]!];
  return {
    value: 100 * (y - x * x) ** 2 + (1 - x) ** 2,
    gradient: f64(-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)),
  };
}

t.test("Rosenbrock's valley is followed to its end", async (t) => {
  const { x, value } = minimize(rosenbrock, f64(-1.2, 1), { maxIterations: 200, maxEvaluations: 1000 });
  t.ok(Math.hypot(x[0]! - 1, x[1]! - 1) < 1e-3, `${x}`);
  t.ok(value < 1e-6);
});

t.test('an ill-scaled quadratic in 20 dimensions is solved', async (t) => {
  const scales = Float64Array.from({ length: 20 }, (_, i) => 10 ** (i / 5));
  const quadratic = (x: Float64Array) => ({
    value: x.reduce((sum, v, i) => sum + 0.5 * scales[i]! * (v - i) ** 2, 0),
    gradient: x.map((v, i) => scales[i]! * (v - i)),
  });
  const { value } = minimize(quadratic, new Float64Array(20), { maxIterations: 300, maxEvaluations: 2000 });
  t.ok(value < 1e-6, String(value));
});

t.test('a minimum outside the box ends on its border, other coordinates free', async (t) => {
  const bowl = (x: Float64Array) => ({
    value: (x[0]! - 3) ** 2 + (x[1]! - 0.4) ** 2 + x[0]! * x[1]!,
    gradient: f64(2 * (x[0]! - 3) + x[1]!, 2 * (x[1]! - 0.4) + x[0]!),
  });
  const { x } = minimize(bowl, f64(0.1, 0.9), { lower: f64(0, 0), upper: f64(1, 1) });
  // On x = 1 the rest is (y − 0.4)² + y, which falls to y = 0.
  t.ok(Math.abs(x[0]! - 1) < 1e-9 && Math.abs(x[1]!) < 1e-4, `${x}`);
});

t.test('values that are not numbers are backed away from', async (t) => {
  const log = (x: Float64Array) => ({ value: x[0]! - 2 * Math.log(x[0]!), gradient: f64(1 - 2 / x[0]!) });
  const { x } = minimize(log, f64(0.01));
  t.ok(Math.abs(x[0]! - 2) < 1e-3, `${x}`);
});

t.test('the budget of evaluations is kept', async (t) => {
  let calls = 0;
  minimize(
    (x) => {
      calls++;
      return rosenbrock(x);
    },
    f64(-1.2, 1),
    { maxEvaluations: 7 },
  );
  t.ok(calls <= 7, String(calls));
});
