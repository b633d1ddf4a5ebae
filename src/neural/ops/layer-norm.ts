import { type Tensor, tf } from '../tensorflow.ts';
import { fusedList, withGradient } from './fused.ts';

/** Layer normalisation (Ba et al. 2016) over the last axis. @param gamma [width] @param beta [width] */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  return withGradient(
    [x, gamma, beta],
    (save) => {
      const [y, mean, inverse] = normalise(x, { gamma, beta, epsilon });
      save([x, gamma, mean, inverse]);
      return y;
    },
    (dy, saved) => slopes(dy, saved as [Tensor, Tensor, Tensor, Tensor]),
  );
}

interface Settings {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly epsilon: number;
}

/** @returns the normalised values, each row's mean and 1 / deviation */
function normalise(
  x: Tensor,
  { gamma, beta, epsilon }: Settings,
): [y: Tensor, mean: Tensor, inverse: Tensor] {
  const parts = fusedList(
    'HpoLayerNorm',
    { x, gamma, beta },
    {
      attributes: { epsilon },
      composed: () => {
        const mean = tf.mean(x, -1, true);
        const centred = tf.sub(x, mean);
        const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
        return [tf.add(tf.mul(tf.mul(centred, inverse), gamma), beta), mean, inverse];
      },
    },
  );
  return parts as [Tensor, Tensor, Tensor];
}

/** With x̂ = (x − mean) · inverse and g = dy · γ: dx = inverse · (g − mean(g) − x̂ · mean(g · x̂)). */
function slopes(dy: Tensor, [x, gamma, mean, inverse]: [Tensor, Tensor, Tensor, Tensor]): Tensor[] {
  const rows = Array.from({ length: x.rank - 1 }, (_, i) => i);
  const normal = tf.mul(tf.sub(x, mean), inverse);
  const scaled = tf.mul(dy, gamma);
  const along = tf.mul(dy, normal);
  const shared = tf.add(tf.mean(scaled, -1, true), tf.mul(normal, tf.mean(tf.mul(along, gamma), -1, true)));
  return [tf.mul(tf.sub(scaled, shared), inverse), tf.sum(along, rows), tf.sum(dy, rows)];
}
