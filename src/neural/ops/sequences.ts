import { type Tensor, tf } from '../tensorflow.ts';
import { withGradient } from './fused.ts';

/**
 * Turns the first `lengths[b]` steps of column b around and leaves its padding where it is: the backward half of a
 * bidirectional layer is `reverse → lstm → reverse`.
 * @param x time-major [length, batch, width] @param lengths int32 [batch]
 */
export function reverseByLength(x: Tensor, lengths: Tensor): Tensor {
  const [length, batch, width] = x.shape as [number, number, number];
  const step = stepsOf(length);
  const ends = tf.reshape(lengths, [1, batch]);
  const from = tf.where(tf.less(step, ends), tf.sub(tf.sub(ends, int32(1)), step), tf.tile(step, [1, batch]));
  const rows = tf.reshape(tf.add(tf.mul(from, int32(batch)), columnsOf(batch)), [length * batch]);
  const permute = (values: Tensor, order: Tensor): Tensor =>
    tf.reshape(tf.gather(tf.reshape(values, [length * batch, width]), order), [length, batch, width]);
  // Done twice it changes nothing, so the gradient is turned around the same way.
  return withGradient(
    [x],
    (save) => {
      save([rows]);
      return permute(x, rows);
    },
    (dy, [order]) => [permute(dy, order!)],
  );
}

/** The step `lengths[b] − 1` of each column. @param x time-major [length, batch, width] @returns [batch, width] */
export function lastStep(x: Tensor, lengths: Tensor): Tensor {
  const [length, batch, width] = x.shape as [number, number, number];
  const last = tf.sub(lengths, int32(1));
  const rows = tf.add(tf.mul(last, int32(batch)), columnsOf(batch));
  return withGradient(
    [x],
    (save) => {
      save([tf.cast(tf.equal(stepsOf(length), tf.reshape(last, [1, batch])), 'float32')]);
      return tf.gather(tf.reshape(x, [length * batch, width]), rows);
    },
    (dy, [chosen]) => [tf.mul(tf.reshape(dy, [1, batch, width]), tf.reshape(chosen!, [length, batch, 1]))],
  );
}

const stepsOf = (length: number): Tensor => tf.reshape(tf.range(0, length, 1, 'int32'), [length, 1]);
const columnsOf = (batch: number): Tensor => tf.range(0, batch, 1, 'int32');

/** A bare number would turn its partner into floats. */
const int32 = (value: number): Tensor => tf.scalar(value, 'int32');
