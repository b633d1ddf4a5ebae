// An LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000): for each step
//   i, f, o = σ(z_i), σ(z_f), σ(z_o);  g = tanh(z_g);  c = f·c₋₁ + i·g;  h = o·tanh(c);  z = x·W + h₋₁·U + b.
// The products with W are one for all steps; what is left step by step is small enough for the cache. Backwards, the
// loop makes only dz, and the gradients of W, U and x are again one product each.
import { type Tensor, tf } from '../tensorflow.ts';
import { fused, hasKernel, isDifferentiated, withGradient } from './fused.ts';

export interface LstmParameters {
  /** [in, 4h]: the gates i, f, g, o beside each other. */
  readonly kernel: Tensor;
  /** [h, 4h] */
  readonly recurrent: Tensor;
  /** [4h] */
  readonly bias: Tensor;
}

/** Time-major: [length, batch, in] → [length, batch, h], from a state of zeros. */
export function lstm(x: Tensor, { kernel, recurrent, bias }: LstmParameters): Tensor {
  if (!isDifferentiated() && hasKernel('HpoLstm'))
    return tf.engine().runKernel('HpoLstm', { x, kernel, recurrent, bias });
  const count = x.shape[0]!;
  return withGradient(
    [x, kernel, recurrent, bias],
    (save) => {
      const { hidden, cells, gates } = runForward(x, { kernel, recurrent, bias });
      save([x, kernel, recurrent, ...hidden, ...cells, ...gates]);
      return tf.stack(hidden);
    },
    (dy, [x, kernel, recurrent, ...steps]) => {
      const [hidden, cells, gates] = [
        steps.slice(0, count),
        steps.slice(count, 2 * count),
        steps.slice(2 * count),
      ];
      return runBackward(dy, { x: x!, kernel: kernel!, recurrent: recurrent!, hidden, cells, gates });
    },
  );
}

interface ForwardPass {
  readonly hidden: Tensor[];
  readonly cells: readonly Tensor[];
  /** Four a step: i, f, g, o. */
  readonly gates: readonly Tensor[];
}

function runForward(x: Tensor, { kernel, recurrent, bias }: LstmParameters): ForwardPass {
  const [length, batch, inputs] = x.shape as [number, number, number];
  const projected = affine(tf.reshape(x, [length * batch, inputs]), kernel, bias);
  const steps = length === 1 ? [projected] : tf.split(projected, length);
  const hidden: Tensor[] = [];
  const cells: Tensor[] = [];
  const gates: Tensor[] = [];
  steps.forEach((step, t) => {
    const z = t === 0 ? step : affine(hidden[t - 1]!, recurrent, step);
    const [zi, zf, zg, zo] = tf.split(z, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
    const fresh = tf.mul(i, g);
    const cell = t === 0 ? fresh : tf.add(tf.mul(f, cells[t - 1]!), fresh);
    cells.push(cell);
    hidden.push(tf.mul(o, tf.tanh(cell)));
    gates.push(i, f, g, o);
  });
  return { hidden, cells, gates };
}

/** x · kernel + term, where the term may have a row for each of x. */
const affine = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor =>
  fused('HpoAffine', { x, kernel, bias }, { composed: () => tf.add(tf.matMul(x, kernel), bias) });

interface BackwardParts extends ForwardPass {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly recurrent: Tensor;
}

/** @returns the gradients of x, kernel, recurrent and bias */
function runBackward(dy: Tensor, { x, kernel, recurrent, hidden, cells, gates }: BackwardParts): Tensor[] {
  const [length, batch, inputs] = x.shape as [number, number, number];
  const outer = length === 1 ? [tf.squeeze(dy, [0])] : tf.unstack(dy);
  const dz: Tensor[] = new Array(length);
  let dCell: Tensor | null = null;
  for (let t = length - 1; t >= 0; t--) {
    const [i, f, g, o] = gates.slice(4 * t, 4 * t + 4) as [Tensor, Tensor, Tensor, Tensor];
    const dHidden: Tensor = t === length - 1 ? outer[t]! : affineTransposed(dz[t + 1]!, recurrent, outer[t]!);
    const squashed = tf.tanh(cells[t]!);
    const through = tf.mul(tf.mul(dHidden, o), complement(tf.square(squashed)));
    const dc: Tensor = dCell ? tf.add(dCell, through) : through;
    const parts = [
      tf.mul(tf.mul(dc, g), sigmoidSlope(i)),
      t === 0 ? tf.zerosLike(f) : tf.mul(tf.mul(dc, cells[t - 1]!), sigmoidSlope(f)),
      tf.mul(tf.mul(dc, i), complement(tf.square(g))),
      tf.mul(tf.mul(dHidden, squashed), sigmoidSlope(o)),
    ];
    dz[t] = tf.concat(parts, 1);
    dCell = tf.mul(dc, f);
  }
  const all = length === 1 ? dz[0]! : tf.concat(dz, 0);
  const flat = tf.reshape(x, [length * batch, inputs]);
  const dRecurrent =
    length === 1
      ? tf.zerosLike(recurrent)
      : tf.matMul(concatRows(hidden.slice(0, -1)), tf.slice(all, [batch, 0]), true, false);
  const dx = tf.reshape(tf.matMul(all, kernel, false, true), x.shape);
  return [dx, tf.matMul(flat, all, true, false), dRecurrent, tf.sum(all, 0)];
}

const concatRows = (parts: readonly Tensor[]): Tensor =>
  parts.length === 1 ? parts[0]! : tf.concat([...parts], 0);
const complement = (x: Tensor): Tensor => tf.sub(1, x);
const sigmoidSlope = (s: Tensor): Tensor => tf.mul(s, complement(s));

/** dz · recurrentᵀ + outer */
const affineTransposed = (dz: Tensor, recurrent: Tensor, outer: Tensor): Tensor =>
  fused(
    'HpoAffine',
    { x: dz, kernel: recurrent, bias: outer },
    {
      attributes: { transposed: true },
      composed: () => tf.add(tf.matMul(dz, recurrent, false, true), outer),
    },
  );
