import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { gradientsOf, relativeError } from '../../testing/network-gradients.ts';
import {
  attention,
  dense,
  gelu,
  lastStep,
  layerNorm,
  type Network,
  openEngine,
  reverseByLength,
  type Tensor,
  tf,
} from '../index.ts';

interface OpCase {
  /** What gradients are taken of. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  run(inputs: Record<string, Tensor>): Tensor;
  /** The same in ops whose gradients tfjs knows. */
  composed(inputs: Record<string, Tensor>): Tensor;
}

const LENGTHS = [4, 1, 3];
const lengths = (): Tensor => tf.tensor1d(LENGTHS, 'int32');
const bias = (): Tensor => tf.tensor2d([0, 0, 0, -1e4, 0, -1e4, 0, 0], [2, 4]);

function composedAttention({ q, k, v, mask }: Record<string, Tensor>): Tensor {
  const split = (x: Tensor): Tensor => tf.transpose(tf.reshape(x, [2, 4, 3, 2]), [0, 2, 1, 3]);
  const scores = tf.div(tf.matMul(split(q!), split(k!), false, true), Math.sqrt(2));
  const p = tf.softmax(tf.add(scores, tf.reshape(bias(), [2, 1, 1, 4])));
  return tf.reshape(tf.transpose(tf.matMul(mask ? tf.mul(p, mask) : p, split(v!)), [0, 2, 1, 3]), [2, 4, 6]);
}

const attentionShapes = { q: [2, 4, 6], k: [2, 4, 6], v: [2, 4, 6] };
const dropped = (): Tensor =>
  tf.tensor(
    Array.from({ length: 96 }, (_, i) => (i % 3 === 0 ? 0 : 1.5)),
    [2, 3, 4, 4],
  );

/** Column by column, in plain slices. */
const reversedColumns = (x: Tensor): Tensor =>
  tf.stack(
    LENGTHS.map((n, b) => {
      const column = tf.reshape(tf.slice(x, [0, b, 0], [4, 1, 5]), [4, 5]);
      const front = tf.reverse(tf.slice(column, [0, 0], [n, 5]), 0);
      return n === 4 ? front : tf.concat([front, tf.slice(column, [n, 0], [4 - n, 5])], 0);
    }),
    1,
  );

const CASES: Readonly<Record<string, OpCase>> = {
  layerNorm: {
    shapes: { x: [3, 4, 8], gamma: [8], beta: [8] },
    run: ({ x, gamma, beta }) => layerNorm(x!, gamma!, beta!, 1e-5),
    composed: ({ x, gamma, beta }) => {
      const centred = tf.sub(x!, tf.mean(x!, -1, true));
      const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
      return tf.add(tf.mul(tf.div(centred, deviation), gamma!), beta!);
    },
  },
  gelu: {
    shapes: { x: [5, 7] },
    run: ({ x }) => gelu(tf.mul(x!, 3)),
    composed: ({ x }) => {
      const y = tf.mul(x!, 3);
      return tf.mul(tf.mul(y, 0.5), tf.add(tf.erf(tf.mul(y, Math.SQRT1_2)), 1));
    },
  },
  dense: {
    shapes: { x: [2, 3, 4], kernel: [4, 5], bias: [5] },
    run: ({ x, kernel, bias }) => dense(x!, kernel!, bias!),
    composed: ({ x, kernel, bias }) => {
      const product = tf.matMul(tf.reshape(x!, [6, 4]), kernel!);
      return tf.add(tf.reshape(product, [2, 3, 5]), bias!);
    },
  },
  attention: {
    shapes: attentionShapes,
    run: ({ q, k, v }) => attention({ query: q!, key: k!, value: v!, bias: bias(), heads: 3 }),
    composed: composedAttention,
  },
  'attention with dropout': {
    shapes: attentionShapes,
    run: ({ q, k, v }) =>
      attention({ query: q!, key: k!, value: v!, bias: bias(), heads: 3, mask: dropped() }),
    composed: (inputs) => composedAttention({ ...inputs, mask: dropped() }),
  },
  reverseByLength: {
    shapes: { x: [4, 3, 5] },
    run: ({ x }) => reverseByLength(x!, lengths()),
    composed: ({ x }) => reversedColumns(x!),
  },
  lastStep: {
    shapes: { x: [4, 3, 5] },
    run: ({ x }) => lastStep(x!, lengths()),
    composed: ({ x }) =>
      tf.stack(LENGTHS.map((n, b) => tf.reshape(tf.slice(x!, [n - 1, b, 0], [1, 1, 5]), [5]))),
  },
};

const rng = createRng(11, 0, 'ops test');
const random = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());

function networkOf({ shapes }: OpCase, op: OpCase['run']): Network {
  return {
    parameters: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, { shape, init: { kind: 'zeros' } as const }]),
    ),
    inputs: {},
    targets: {},
    forward: (scope) => ({
      y: op(Object.fromEntries(Object.keys(shapes).map((name) => [name, scope.parameter(name)]))),
    }),
    // Not a plain sum, which hides mistakes: a softmax adds up to one whatever it does.
    loss: ({ y }) => tf.sum(tf.mul(tf.sin(tf.range(1, y!.size + 1)), tf.reshape(y!, [-1]))),
  };
}

for (const [name, op] of Object.entries(CASES)) {
  t.test(`${name} has the value and the gradients of its parts, on every engine`, async (t) => {
    const weights = Object.fromEntries(Object.entries(op.shapes).map(([key, shape]) => [key, random(shape)]));
    const batch = { dims: {}, arrays: {} };
    const expected = await gradientsOf(
      await openEngine({ engine: 'tfjs-cpu' }),
      networkOf(op, op.composed),
      weights,
      batch,
    );
    for (const engine of ['onnxruntime', 'tfjs-wasm', 'tfjs-cpu'] as const) {
      const found = await gradientsOf(await openEngine({ engine }), networkOf(op, op.run), weights, batch);
      t.ok(relativeError(found.outputs['y']!, expected.outputs['y']!) < 1e-5, `${engine}: the value`);
      for (const [key, gradient] of Object.entries(expected.gradients)) {
        t.ok(relativeError(found.gradients[key]!, gradient) < 1e-5, `${engine}: the gradient of ${key}`);
      }
    }
  });
}
