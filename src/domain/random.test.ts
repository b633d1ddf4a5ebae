import t from 'tap';
import { createRng, mixSeed } from './random.ts';

const draw = (seed: number, number: number, purpose?: string): number[] => {
  const rng = createRng(seed, number, purpose);
  return Array.from({ length: 5 }, () => rng.uniform());
};

t.test('the same seed and number give the same draws, any other part changes them', async (t) => {
  t.same(draw(42, 7), draw(42, 7));
  for (const other of [draw(42, 8), draw(43, 7), draw(42, 7, 'split'), draw(42 + 2 ** 33, 7)]) {
    t.not(other[0], draw(42, 7)[0]);
  }
});

t.test('streams of neighbouring trials are unrelated and uniform', async (t) => {
  const first = Array.from({ length: 20_000 }, (_, i) => createRng(1, i).uniform());
  const mean = first.reduce((a, b) => a + b, 0) / first.length;
  t.ok(Math.abs(mean - 0.5) < 0.01, `mean of first draws ${mean}`);
  let lag = 0;
  for (let i = 1; i < first.length; i++) lag += (first[i]! - 0.5) * (first[i - 1]! - 0.5);
  t.ok(Math.abs((lag / first.length) * 12) < 0.03, 'no correlation from one trial to the next');
  t.equal(new Set(Array.from({ length: 20_000 }, (_, i) => mixSeed(1, i))).size, 20_000);
});

t.test('normals have mean 0 and variance 1', async (t) => {
  const rng = createRng(3, 0);
  const xs = Array.from({ length: 20_000 }, () => rng.normal());
  const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
  const variance = xs.reduce((a, b) => a + (b - mean) ** 2, 0) / xs.length;
  t.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.04, `mean ${mean}, variance ${variance}`);
  t.ok(xs.every(Number.isFinite));
});

t.test('a permutation holds every index once, and integers stay below n', async (t) => {
  const rng = createRng(5, 1);
  t.same(
    rng.permutation(100).sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
  for (let i = 0; i < 200; i++) {
    const n = rng.integer(3);
    t.ok(n >= 0 && n < 3 && Number.isInteger(n));
  }
});
