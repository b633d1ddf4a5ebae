import t from 'tap';
import { erfc, normalCdf, normalPdf, normalQuantile } from './normal.ts';

t.test('erfc equals the published table', async (t) => {
  // Abramowitz & Stegun, table 7.1, and erfc(5) from its asymptotic series
  const table: [x: number, value: number][] = [
    [0, 1],
    [0.5, 0.4795001222],
    [1, 0.1572992071],
    [2, 0.004677735],
    [5, 1.5374597944e-12],
    [-1, 1.8427007929],
  ];
  for (const [x, value] of table) t.ok(Math.abs(erfc(x) / value - 1) < 1.3e-7, `erfc(${x}) is ${erfc(x)}`);
});

t.test('the normal distribution has its well-known values', async (t) => {
  t.ok(Math.abs(normalCdf(1.959963985) - 0.975) < 1e-7);
  t.ok(Math.abs(normalCdf(-3) / 0.001349898 - 1) < 1e-6);
  t.ok(Math.abs(normalPdf(0) - 0.3989422804) < 1e-10);
});

t.test('quantiles are those of the tables, in the middle and in the tails', async (t) => {
  for (const [p, z] of [
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-6, -4.753424308822899],
    [0.8413447460685429, 1],
  ] as const)
    t.ok(Math.abs(normalQuantile(p) - z) < 1e-6, `${p}: ${normalQuantile(p)}`);
});
