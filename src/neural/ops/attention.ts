import { type Tensor, tf } from '../tensorflow.ts';
import { fused, withGradient } from './fused.ts';

export interface AttentionInputs {
  /** [batch, length, hidden], as are key and value. */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** [batch, length], added to every score of that key: 0, or a large negative number where there is padding. */
  readonly bias: Tensor;
  readonly heads: number;
  /** [batch, heads, length, length], multiplied with the probabilities: dropout. */
  readonly mask?: Tensor | null;
}

/** Scaled dot-product attention of several heads (Vaswani et al. 2017), without the projections. */
export function attention({ query, key, value, bias, heads, mask = null }: AttentionInputs): Tensor {
  const [batch, length, hidden] = query.shape as [number, number, number];
  const split = (x: Tensor): Tensor =>
    tf.transpose(tf.reshape(x, [batch, x.shape[1]!, heads, hidden / heads]), [0, 2, 1, 3]);
  const context = attend([split(query), split(key), split(value)], {
    bias: tf.reshape(bias, [batch, 1, 1, key.shape[1]!]),
    mask,
    scale: 1 / Math.sqrt(hidden / heads),
  });
  return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [batch, length, hidden]);
}

interface AttendOptions {
  readonly bias: Tensor;
  readonly mask: Tensor | null;
  readonly scale: number;
}

/** softmax(q · kᵀ · scale + bias) ⊙ mask · v, each [batch, heads, length, width]. */
function attend([q, k, v]: readonly [Tensor, Tensor, Tensor], { bias, mask, scale }: AttendOptions): Tensor {
  return withGradient(
    [q, k, v],
    (save) => {
      const probabilities = tf.softmax(tf.add(product(q, k, { transposeB: true, alpha: scale }), bias));
      save(mask ? [q, k, v, probabilities, mask] : [q, k, v, probabilities]);
      return tf.matMul(mask ? tf.mul(probabilities, mask) : probabilities, v);
    },
    (dy, [q, k, v, probabilities, mask]) => {
      const shares = mask ? tf.mul(probabilities!, mask) : probabilities!;
      const dShares = tf.matMul(dy, v!, false, true);
      const dProbabilities = mask ? tf.mul(dShares, mask) : dShares;
      const along = tf.sum(tf.mul(dProbabilities, probabilities!), -1, true);
      const dScores = tf.mul(tf.sub(dProbabilities, along), probabilities!);
      return [
        product(dScores, k!, { alpha: scale }),
        product(dScores, q!, { transposeA: true, alpha: scale }),
        tf.matMul(shares, dy, true, false),
      ];
    },
  );
}

interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha: number;
}

/** alpha · op(a) · op(b) */
function product(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false, alpha }: ProductOptions,
): Tensor {
  return fused(
    'HpoScaledMatMul',
    { a, b },
    {
      attributes: { transposeA, transposeB, alpha },
      composed: () => tf.mul(tf.matMul(a, b, transposeA, transposeB), alpha),
    },
  );
}
