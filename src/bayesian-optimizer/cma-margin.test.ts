import t from 'tap';
import { startCma } from './cma-es.ts';
import { applyMargin, marginOf } from './cma-margin.ts';
import { normalCdf } from './normal.ts';

const near = (a: number, b: number, tolerance = 1e-6) => Math.abs(a - b) <= tolerance;

/** Whole numbers 0 … 10. */
const whole = (x: number) => {
  const value = Math.min(Math.max(Math.round(x), 0), 10);
  return { low: value === 0 ? -Infinity : value - 0.5, high: value === 10 ? Infinity : value + 0.5 };
};
const stateAt = (mean: number, sigma: number) => startCma(Float64Array.of(mean), sigma, 6);
/** Chances to round below and above the mean's own value. */
function chances(mean: number, sigma: number, alpha: number): [below: number, above: number] {
  const state = applyMargin(stateAt(mean, sigma), [whole], alpha);
  const { low, high } = whole(state.mean[0]!);
  const deviation = state.sigma * state.stretch[0]!;
  return [normalCdf((low - state.mean[0]!) / deviation), normalCdf((state.mean[0]! - high) / deviation)];
}

t.test('the recommended margin is one draw of one coordinate a generation', async (t) => {
  t.equal(marginOf(startCma(new Float64Array(5), 1, 8)), 1 / 40);
});

t.test('a narrow distribution keeps half of α for either neighbour', async (t) => {
  const [below, above] = chances(4, 1e-3, 0.1);
  t.ok(near(below, 0.05) && near(above, 0.05), `${below}, ${above}`);
  t.ok(
    near(applyMargin(stateAt(4, 1e-3), [whole], 0.1).mean[0]!, 4),
    'in the middle of its cell it stays there',
  );
});

t.test('a side that has more than its half gives of it', async (t) => {
  // z = 0.1 / 0.1 above: 0.1587; nothing below.
  const [below, above] = chances(4.4, 0.1, 0.1);
  t.ok(near(below, 0.05), `${below}`);
  // Worked out: 1 − 0.05 − 0.158655 − 0.841345 = −0.05; rate −0.05 / (1.05 − 0.15); 0.158655 − 0.0555556 · 0.108655.
  t.ok(near(above, 0.158655 - 0.108655 / 18, 1e-5), `${above}`);
});

t.test('a wide distribution, and one that has its chances, is left alone', async (t) => {
  const state = stateAt(4.2, 3);
  t.same(applyMargin(state, [whole], 0.1), state);
  t.same(applyMargin(stateAt(4, 1e-9), [null], 0.1), stateAt(4, 1e-9), 'a continuous coordinate');
});

t.test(
  'beyond the last threshold the mean is drawn back until the next value has a chance of α',
  async (t) => {
    const alpha = 0.1;
    for (const mean of [-3, 13]) {
      const { mean: moved, sigma, stretch } = applyMargin(stateAt(mean, 0.2), [whole], alpha);
      const distance = mean < 0 ? 0.5 - moved[0]! : moved[0]! - 9.5;
      t.ok(near(normalCdf(-distance / sigma), alpha), `${moved[0]}`);
      t.equal(stretch[0], 1, 'the width stays');
    }
    t.equal(applyMargin(stateAt(0.3, 1), [whole], alpha).mean[0], 0.3, 'near the threshold nothing moves');
  },
);
