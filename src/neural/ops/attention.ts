import { type Tensor, tf } from '../tensorflow.ts';

export interface AttentionInputs {
  /** [batch, length, hidden], as are key and value. */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** [batch, length], added to every score of that key: 0, or a large negative number where there is padding. */
  readonly bias: Tensor;
  readonly heads: number;
  /** Applied to the probabilities. */
  dropout?(probabilities: Tensor): Tensor;
}

/** Scaled dot-product attention of several heads (Vaswani et al. 2017), without the projections. */
export function attention({ query, key, value, bias, heads, dropout }: AttentionInputs): Tensor {
  const [batch, length, hidden] = query.shape as [number, number, number];
  const split = (x: Tensor): Tensor =>
    tf.transpose(tf.reshape(x, [batch, x.shape[1]!, heads, hidden / heads]), [0, 2, 1, 3]);
  const scores = tf.mul(tf.matMul(split(query), split(key), false, true), 1 / Math.sqrt(hidden / heads));
  const probabilities = tf.softmax(tf.add(scores, tf.reshape(bias, [batch, 1, 1, key.shape[1]!])));
  const context = tf.matMul(dropout ? dropout(probabilities) : probabilities, split(value));
  return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [batch, length, hidden]);
}
