import t from 'tap';
import {
  containsValue,
  countValues,
  type Distribution,
  findDistributionFault,
  fromUnit,
  snapValue,
  toUnit,
} from './distribution.ts';

const lr: Distribution = { type: 'float', low: 0.01, high: 1, log: true };
const dropout: Distribution = { type: 'float', low: 0, high: 0.5, step: 0.1 };
const dim: Distribution = { type: 'int', low: 10, high: 300, log: true };
const odd: Distribution = { type: 'int', low: 1, high: 8, step: 3 };
const loss: Distribution = { type: 'categorical', choices: ['softmax', 'ova', null, true, 1] };

t.test('the unit interval covers every value of a distribution and nothing else', async (t) => {
  for (const d of [lr, dropout, dim, odd, loss]) {
    const seen = new Set<unknown>();
    for (let i = 0; i < 4000; i++) {
      const value = fromUnit(d, i / 4000);
      if (!containsValue(d, value)) t.fail(`${JSON.stringify(d)} gave ${value}`);
      seen.add(value);
    }
    if (countValues(d) < 100) t.equal(seen.size, countValues(d), JSON.stringify(d));
  }
});

t.test('each value of a grid gets the same share, the ends included', async (t) => {
  const shares = new Map<unknown, number>();
  for (let i = 0; i < 6000; i++) {
    const value = fromUnit(dropout, (i + 0.5) / 6000);
    shares.set(value, (shares.get(value) ?? 0) + 1);
  }
  t.same([...shares.keys()], [0, 0.1, 0.2, 0.3, 0.4, 0.5], 'decimal values without binary noise');
  for (const share of shares.values()) t.ok(Math.abs(share - 1000) <= 2);
});

t.test('a value comes back from its unit coordinate', async (t) => {
  t.equal(fromUnit(odd, toUnit(odd, 7)), 7);
  t.equal(fromUnit(dim, toUnit(dim, 123)), 123);
  t.equal(fromUnit(loss, toUnit(loss, null)), null);
  t.ok(Math.abs((fromUnit(lr, toUnit(lr, 0.1)) as number) - 0.1) < 1e-12);
});

t.test('a range that is no multiple of its step ends at the last grid point', async (t) => {
  t.equal(countValues(odd), 3);
  t.equal(fromUnit(odd, 0.9999), 7);
  t.equal(snapValue(odd, 8), 7);
  t.equal(containsValue(odd, 8), false);
});

t.test('numbers and choices outside are not contained', async (t) => {
  t.equal(containsValue(lr, 0), false);
  t.equal(containsValue(lr, '0.1'), false);
  t.equal(containsValue(lr, Number.NaN), false);
  t.equal(containsValue(loss, 'hs'), false);
  t.equal(containsValue(dropout, 0.30000000000000004), true, 'rounding is forgiven');
  t.equal(containsValue(dropout, 0.35), false);
});

t.test('impossible distributions are named', async (t) => {
  const fault = (d: Distribution): string | null => findDistributionFault(d);
  t.match(fault({ type: 'float', low: 2, high: 1 }), 'low 2 is above high 1');
  t.match(fault({ type: 'float', low: 0, high: 1, log: true }), 'log needs low above 0');
  t.match(fault({ type: 'float', low: 1, high: 2, log: true, step: 0.1 }), 'exclude');
  t.match(fault({ type: 'float', low: 0, high: 1, step: 0 }), 'step must be above 0');
  t.match(fault({ type: 'float', low: 0, high: Number.POSITIVE_INFINITY }), 'finite');
  t.match(fault({ type: 'int', low: 0.5, high: 2 }), 'whole');
  t.match(fault({ type: 'categorical', choices: [] }), 'empty');
  t.match(fault({ type: 'categorical', choices: ['a', 'a'] }), 'differ');
  t.equal(fault({ type: 'categorical', choices: [1, '1', true, null] }), null);
  t.equal(fault(odd), null);
});
