import t from 'tap';
import { createRng } from '../domain/random.ts';
import { type CmaState, cmaConstants, defaultPopulation, drawCma, startCma, updateCma } from './cma-es.ts';

const near = (a: number, b: number, tolerance = 1e-9) => Math.abs(a - b) <= tolerance;

t.test("the constants are the tutorial's", async (t) => {
  t.same([1, 2, 10, 20, 40].map(defaultPopulation), [4, 6, 10, 12, 15]);
  const c = cmaConstants(10, 10);
  // ln 5.5 − ln i for i = 1 … 5, divided by their sum: 8.523740461 − 4.787491743.
  const raw = [1, 2, 3, 4, 5].map((i) => Math.log(5.5) - Math.log(i));
  const total = 5 * Math.log(5.5) - Math.log(120);
  t.ok(c.weights.every((w, i) => near(w, raw[i]! / total)));
  t.ok(near(c.muEff, 3.1672992814107));
  t.ok(near(c.cSigma, 5.1672992814107 / 18.1672992814));
  t.ok(near(c.dSigma, 1 + c.cSigma), 'no damping beyond that for few parents');
  t.ok(near(c.cC, 4.316729928141 / 14.63345985628));
  t.ok(near(c.c1, 2 / (11.3 ** 2 + 3.1672992814107)));
  t.ok(near(c.cMu, (2 * (1.1672992814107 + 1 / 3.1672992814107)) / (144 + 3.1672992814)));
  t.ok(near(c.chi, 3.084726565169, 1e-6), 'E‖N(0, I)‖ = √2 Γ(5.5) / Γ(5) in ten dimensions is 3.0843');
});

/** Generations until the function is below `goal`. */
function generationsTo(goal: number, f: (x: Float64Array) => number, start: CmaState, most: number): number {
  const rng = createRng(1, 0);
  let state = start;
  for (let generation = 1; generation <= most; generation++) {
    const points = Array.from({ length: state.population }, () => drawCma(state, rng.normal));
    const ranked = points.map((x) => ({ x, loss: f(x) })).sort((a, b) => a.loss - b.loss);
    if (ranked[0]!.loss < goal) return generation;
    state = updateCma(
      state,
      ranked.map(({ x }) => ({ x, isOwn: true })),
    );
  }
  return Number.POSITIVE_INFINITY;
}

t.test('a sphere and a long ellipsoid are descended as fast as the tutorial says', async (t) => {
  const d = 8;
  const start = startCma(new Float64Array(d).fill(3), 1, defaultPopulation(d));
  const sphere = (x: Float64Array) => x.reduce((sum, v) => sum + v * v, 0);
  // Log-linear convergence: about 100 d evaluations for nine orders of magnitude.
  t.ok(generationsTo(1e-9, sphere, start, 250) < 250);
  const ellipsoid = (x: Float64Array) => x.reduce((sum, v, i) => sum + 1e6 ** (i / (d - 1)) * v * v, 0);
  t.ok(generationsTo(1e-9, ellipsoid, start, 700) < 700);
});

t.test('the covariance learns the inverse Hessian', async (t) => {
  const rng = createRng(2, 0);
  let state = startCma(Float64Array.of(2, 2), 1, 8);
  for (let generation = 0; generation < 80; generation++) {
    const points = Array.from({ length: 8 }, () => drawCma(state, rng.normal));
    const f = ([x, y]: Float64Array) => x! * x! + 100 * y! * y!;
    const ranked = points.sort((a, b) => f(a) - f(b)).map((x) => ({ x, isOwn: true }));
    state = updateCma(state, ranked);
  }
  const ratio = state.covariance[0]! / state.covariance[3]!;
  t.ok(ratio > 25 && ratio < 400, `variances ${ratio} : 1, not 100 : 1`);
});

t.test('a foreign point far away moves the mean no further than a draw could', async (t) => {
  const d = 4;
  const state = startCma(new Float64Array(d), 0.1, 2);
  const far = { x: new Float64Array(d).fill(1000), isOwn: false };
  const { mean, sigma } = updateCma(state, [far, far]);
  // Cut to √d + 2d / (d + 2) deviations.
  const length = Math.sqrt(mean.reduce((sum, x) => sum + x * x, 0));
  t.ok(near(length, 0.1 * (2 + 8 / 6)), `${length}`);
  t.ok(sigma <= 0.1 * Math.E);
});

t.test('an update leaves the state before it as it was', async (t) => {
  const state = startCma(Float64Array.of(0.5, 0.5), 0.2, 4);
  const before = structuredClone(state);
  const point = { x: Float64Array.of(0.7, 0.1), isOwn: true };
  updateCma(state, [point, point, point, point]);
  t.same(state, before);
});
