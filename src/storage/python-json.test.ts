import t from 'tap';
import { formatFloat, formatJson, parseJson } from './python-json.ts';

t.test('floats are spelled as Python spells them', async (t) => {
  // repr() of each in CPython 3.11.
  const spelled = [
    [0, '0.0'],
    [-0, '-0.0'],
    [0.05, '0.05'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [0.00015, '0.00015'],
    [123456789, '123456789.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [5e-324, '5e-324'],
    [0.1 + 0.2, '0.30000000000000004'],
    [-2.5e-7, '-2.5e-07'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ] as const;
  for (const [value, text] of spelled) t.equal(formatFloat(value), text);
});

t.test('JSON is spelled as Python spells it', async (t) => {
  t.equal(
    formatJson({ a: [1, 2.5, null, true], 'ключ "q"': '🎉\n', n: Number.NaN, i: Number.NEGATIVE_INFINITY }),
    '{"a": [1, 2.5, null, true], "\\u043a\\u043b\\u044e\\u0447 \\"q\\"": "\\ud83c\\udf89\\n", "n": NaN, "i": -Infinity}',
  );
});

t.test('what was written comes back, bare words too', async (t) => {
  const value = {
    nan: Number.NaN,
    list: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'NaN "Infinity" \\'],
  };
  t.same(parseJson(formatJson(value)), value);
  t.same(parseJson('[NaN, -Infinity, "NaN"]'), [Number.NaN, Number.NEGATIVE_INFINITY, 'NaN']);
});

t.test('a text that is no JSON comes back as it is', async (t) => {
  t.equal(parseJson('{"torn": '), '{"torn": ');
  t.equal(parseJson(null), null);
});
