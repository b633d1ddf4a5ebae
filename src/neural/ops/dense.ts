import { type Tensor, tf } from '../tensorflow.ts';
import { fused, withGradient } from './fused.ts';

/** x · kernel + bias over the last axis. @param x [..., in] @param kernel [in, out] @param bias [out] */
export function dense(x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  const [inputs, outputs] = kernel.shape as [number, number];
  const rows = tf.reshape(x, [-1, inputs]);
  const product = bias ? affine(rows, kernel, bias) : tf.matMul(rows, kernel);
  return tf.reshape(product, [...x.shape.slice(0, -1), outputs]);
}

/** x · kernel + bias of matrices, the bias added while the product is made. */
function affine(x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  return withGradient(
    [x, kernel, bias],
    (save) => {
      save([x, kernel]);
      return fused('HpoAffine', { x, kernel, bias }, { composed: () => tf.add(tf.matMul(x, kernel), bias) });
    },
    (dy, [x, kernel]) => [tf.matMul(dy, kernel!, false, true), tf.matMul(x!, dy, true, false), tf.sum(dy, 0)],
  );
}
