import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { FloatText, formatFloat } from './float-text.ts';

/** Printed by C's printf("%.5g"). */
const PRINTED: [number, string][] = [
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [-0.5, '-0.5'],
  [0.1, '0.1'],
  [0.00390625, '0.0039062'],
  [0.01171875, '0.011719'],
  [0.0001, '0.0001'],
  [0.00009999, '9.999e-05'],
  [0.099999999, '0.1'],
  [0.0099999998, '0.01'],
  [0.099994, '0.099994'],
  [0.9999999, '1'],
  [123456, '1.2346e+05'],
  [12345, '12345'],
  [1.5e-7, '1.5e-07'],
  [-3.25e12, '-3.25e+12'],
  [1234.5678, '1234.6'],
  [Number.NaN, 'nan'],
  [Number.NEGATIVE_INFINITY, '-inf'],
];

function written(x: number): string {
  const text = new FloatText();
  text.appendNumbers(Float32Array.of(x));
  return Buffer.from(text.take()).toString().slice(1);
}

t.test('numbers are printed as C prints them', async (t) => {
  for (const [x, expected] of PRINTED) {
    t.equal(formatFloat(x), expected);
    t.equal(written(x), expected, 'the fast way');
  }
});

t.test('the fast way agrees with the slow one', async (t) => {
  const rng = createRng(1, 0);
  const odd = Array.from({ length: 20_000 }, () => Math.fround(rng.normal() * 10 ** -rng.integer(6))).filter(
    (x) => written(x) !== formatFloat(x),
  );
  t.same(odd, []);
});
