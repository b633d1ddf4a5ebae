import t from 'tap';
import { createRng } from '../domain/random.ts';
import { sampleHamiltonian } from './hamiltonian.ts';

/** A normal density with mean (1, −2) and standard deviations (0.5, 2). */
const normal = (x: Float64Array) => {
  const [a, b] = [(x[0]! - 1) / 0.5, (x[1]! + 2) / 2];
  return { value: 0.5 * (a * a + b * b), gradient: Float64Array.of(a / 0.5, b / 2) };
};
const wide = { lower: Float64Array.of(-50, -50), upper: Float64Array.of(50, 50) };

t.test('draws have the mean and the spread of the density', async (t) => {
  const options = { ...wide, stepSize: 0.4, steps: 8 };
  const draws = sampleHamiltonian(normal, Float64Array.of(0, 0), 4000, createRng(1, 0), options);
  for (const [j, mean, deviation] of [
    [0, 1, 0.5],
    [1, -2, 2],
  ] as const) {
    const values = draws.map((x) => x[j]!);
    const center = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - center) ** 2, 0) / values.length);
    t.ok(Math.abs(center - mean) < 0.1 * deviation, `mean ${center}`);
    t.ok(Math.abs(spread / deviation - 1) < 0.08, `deviation ${spread}`);
  }
});

t.test('no draw leaves the bounds, and steps that are far too long are refused', async (t) => {
  const narrow = { lower: Float64Array.of(0, -1), upper: Float64Array.of(1.2, 1) };
  const inside = sampleHamiltonian(normal, Float64Array.of(1, 0), 300, createRng(2, 0), {
    ...narrow,
    stepSize: 0.3,
    steps: 5,
  });
  t.ok(inside.every(([a, b]) => a! >= 0 && a! <= 1.2 && b! >= -1 && b! <= 1));
  t.ok(new Set(inside.map(([a]) => a)).size > 30, 'it moves');
  const stuck = sampleHamiltonian(normal, Float64Array.of(1, -2), 50, createRng(3, 0), {
    ...wide,
    stepSize: 8,
    steps: 20,
  });
  t.ok(stuck.every(([a, b]) => Math.abs(a! - 1) < 3 && Math.abs(b! + 2) < 12));
});
