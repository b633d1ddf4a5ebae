import { type Tensor, tf } from '../tensorflow.ts';

/** Layer normalisation (Ba et al. 2016) over the last axis. @param gamma [width] @param beta [width] */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta);
}
