import { type Tensor, tf } from '../tensorflow.ts';
import { fused, withGradient } from './fused.ts';

/** x · Φ(x), Φ the normal distribution's (Hendrycks & Gimpel 2016), by the error function. */
export function gelu(x: Tensor): Tensor {
  return withGradient(
    [x],
    (save) => {
      save([x]);
      return fused(
        'HpoGelu',
        { x },
        { composed: () => tf.mul(x, halfOnePlus(tf.erf(tf.mul(x, Math.SQRT1_2)))) },
      );
    },
    (dy, [x]) => [tf.mul(dy, slope(x!))],
  );
}

/** Φ(x) + x · φ(x). With u = x / √2 the second term is u · e^(−u²) / √π. */
function slope(x: Tensor): Tensor {
  const u = tf.mul(x, Math.SQRT1_2);
  const density = tf.exp(tf.sub(-Math.log(Math.PI) / 2, tf.square(u)));
  return tf.add(halfOnePlus(tf.erf(u)), tf.mul(u, density));
}

/** (1 + x) / 2 of something between −1 and 1. */
const halfOnePlus = (x: Tensor): Tensor =>
  fused('HpoHalfOnePlus', { x }, { composed: () => tf.add(tf.mul(x, 0.5), 0.5) });
