import { type Tensor, tf } from '../tensorflow.ts';

/** x · Φ(x), Φ the normal distribution's (Hendrycks & Gimpel 2016), by the error function. */
export function gelu(x: Tensor): Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
