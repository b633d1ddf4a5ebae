import t from 'tap';
import { gradientsOf } from '../../testing/network-gradients.ts';
import { type Network, openEngine, type Tensor, tf } from '../index.ts';

const A = Float32Array.of(0.5, -1.25, 2, 0.75, -0.5, 1.5, 3, -2, 0.25, 1, -1, 0.125);
const B = Float32Array.of(1.5, 0.5, 0.25, 2);

type Op = (a: Tensor, b: Tensor) => Tensor;

const positive = (x: Tensor): Tensor => tf.add(tf.abs(x), 0.5);
/** tfjs has no gradients of comparisons, not even that there are none. */
const fixed = (): Tensor => tf.tensor2d(A, [3, 4]);
const ids = (...values: number[]): Tensor => tf.tensor1d(values, 'int32');

/** a is [3, 4], b is [4], both with gradients. */
const OPS: Readonly<Record<string, Op>> = {
  'add, broadcast': (a, b) => tf.add(a, b),
  'addN of three': (a) => tf.addN([a, a, tf.square(a)]),
  'sub of a number': (a) => tf.sub(1, a),
  'mul, broadcast both ways': (a, b) => tf.mul(tf.reshape(b, [4, 1]), tf.slice(a, [0, 0], [1, 4])),
  div: (a, b) => tf.div(a, b),
  'maximum and minimum': (a, b) =>
    tf.add(tf.maximum(a, tf.add(tf.zerosLike(a), b)), tf.minimum(a, tf.fill([3, 4], 0.3))),
  pow: (a) => tf.pow(positive(a), 1.7),
  squaredDifference: (a) => tf.squaredDifference(a, tf.reverse(a)),
  'neg, abs, sign': (a) => tf.mul(tf.neg(tf.abs(a)), tf.sign(a)),
  'exp, expm1': (a) => tf.add(tf.exp(a), tf.expm1(a)),
  'log, log1p': (a) => tf.add(tf.log(positive(a)), tf.log1p(positive(a))),
  'sqrt, rsqrt, reciprocal, square': (a) => {
    const p = positive(a);
    return tf.add(tf.add(tf.sqrt(p), tf.rsqrt(p)), tf.add(tf.reciprocal(p), tf.square(p)));
  },
  'sin, cos': (a) => tf.mul(tf.sin(a), tf.cos(a)),
  'tanh, sigmoid, softplus': (a) => tf.add(tf.tanh(a), tf.add(tf.sigmoid(a), tf.softplus(a))),
  'relu, leakyRelu, elu': (a) => tf.add(tf.relu(a), tf.add(tf.leakyRelu(a, 0.1), tf.softplus(tf.elu(a)))),
  erf: (a) => tf.erf(a),
  'floor, ceil': (a) => tf.add(tf.mul(a, tf.floor(a)), tf.ceil(a)),
  clipByValue: (a) => tf.clipByValue(a, -0.7, 1.1),
  'where, greater, lessEqual': (a, b) =>
    tf.where(
      tf.greater(fixed(), 0.3),
      a,
      tf.where(tf.lessEqual(fixed(), -1), tf.mul(a, 2), tf.tile(tf.reshape(b, [1, 4]), [3, 1])),
    ),
  'equal, notEqual, less, greaterEqual, logic': (a) => {
    const near = tf.logicalAnd(tf.less(fixed(), 1), tf.greaterEqual(fixed(), -1));
    const other = tf.logicalOr(tf.equal(fixed(), 2), tf.logicalNot(tf.notEqual(fixed(), 0.5)));
    return tf.mul(a, tf.add(tf.cast(near, 'float32'), tf.cast(other, 'float32')));
  },
  'cast to int32 and back': (a) => tf.mul(a, tf.cast(tf.cast(tf.floor(a), 'int32'), 'float32')),
  'zerosLike, onesLike, fill': (a) =>
    tf.add(tf.mul(a, tf.onesLike(a)), tf.add(tf.zerosLike(a), tf.fill([3, 4], 2.5))),
  'sum over one axis, over all, keeping axes': (a) =>
    tf.mul(tf.sum(a, 0), tf.mul(tf.sum(a), tf.sum(a, 1, true))),
  mean: (a) => tf.add(tf.mean(a, 0), tf.mean(a, 1, true)),
  'max, min': (a) => tf.add(tf.max(a, 1, true), tf.min(a, 0)),
  'any, all': (a) =>
    tf.mul(
      tf.sum(a, 1),
      tf.cast(tf.logicalOr(tf.all(tf.greater(fixed(), 0), 1), tf.any(tf.greater(fixed(), 2), 1)), 'float32'),
    ),
  'argMax, argMin': (a) =>
    tf.mul(tf.sum(a, 1), tf.cast(tf.add(tf.argMax(fixed(), 1), tf.argMin(fixed(), 1)), 'float32')),
  'softmax, logSoftmax, logSumExp': (a) =>
    tf.add(tf.add(tf.softmax(a), tf.logSoftmax(a)), tf.logSumExp(a, 1, true)),
  'cumsum, exclusive and reversed': (a) => tf.add(tf.cumsum(a, 1), tf.cumsum(a, 1, true, true)),
  'matMul with transposes': (a) => tf.matMul(tf.matMul(a, a, false, true), a),
  'matMul of batches': (a) => {
    const x = tf.reshape(a, [2, 2, 3]);
    return tf.matMul(tf.matMul(x, x, true, false), x, false, true);
  },
  'transpose, reshape': (a) => tf.transpose(tf.reshape(tf.transpose(a), [2, 2, 3]), [2, 0, 1]),
  'transpose of axes of one': (a) => tf.transpose(tf.reshape(a, [1, 12, 1]), [2, 1, 0]),
  'expandDims, squeeze': (a) => tf.squeeze(tf.expandDims(tf.expandDims(a, 1), -1), [1]),
  'slice, pad': (a) =>
    tf.pad(
      tf.slice(a, [1, 1], [2, 2]),
      [
        [0, 1],
        [2, 0],
      ],
      7,
    ),
  'split into equal and other parts': (a) => {
    const [left, right] = tf.split(a, 2, 1) as [Tensor, Tensor];
    const [first, rest] = tf.split(a, [1, -1], 0) as [Tensor, Tensor];
    return tf.add(tf.mul(left, right), tf.mul(tf.sum(first), tf.sum(rest)));
  },
  'concat, stack, unstack': (a) => {
    const rows = tf.unstack(a) as Tensor[];
    return tf.mul(tf.concat([tf.stack(rows, 1), tf.transpose(a)], 0), 2);
  },
  tile: (a) => tf.tile(a, [2, 1]),
  broadcastTo: (a) => tf.broadcastTo(tf.slice(a, [0, 0], [1, 4]), [3, 4]),
  reverse: (a) => tf.mul(tf.reverse(a, 1), tf.reverse(a)),
  'gather rows, some twice': (a) => tf.gather(a, ids(2, 0, 2)),
  'gather along the last axis': (a) => tf.gather(a, ids(3, 1), 1),
  'oneHot, range': (a) => tf.mul(tf.add(a, tf.range(0, 4)), tf.cast(tf.oneHot(ids(1, 3, 0), 4), 'float32')),
  'unused parts vanish': (a, b) => {
    tf.exp(tf.mul(a, 100));
    return tf.add(tf.mul(a, 1), tf.add(tf.mul(b, 0), 0));
  },
};

function networkOf(op: Op): Network {
  return {
    parameters: {
      a: { shape: [3, 4], init: { kind: 'zeros' } },
      b: { shape: [4], init: { kind: 'zeros' } },
    },
    inputs: {},
    targets: {},
    forward: (scope) => ({ y: op(scope.parameter('a'), scope.parameter('b')) }),
    loss: ({ y }) => tf.sum(tf.mul(tf.cos(tf.range(0, y!.size)), tf.reshape(y!, [-1]))),
  };
}

t.test('each op, traced, computes what tfjs computes, and so do its gradients', async (t) => {
  const [compiled, eager] = [await openEngine({}), await openEngine({ engine: 'tfjs-cpu' })];
  for (const [name, op] of Object.entries(OPS)) {
    const network = networkOf(op);
    const weights = { a: A, b: B };
    const batch = { dims: {}, arrays: {} };
    const [found, expected] = [
      await gradientsOf(compiled, network, weights, batch),
      await gradientsOf(eager, network, weights, batch),
    ];
    t.ok(near(found.outputs['y']!, expected.outputs['y']!), `${name}: the value`);
    for (const key of Object.keys(expected.gradients)) {
      t.ok(near(found.gradients[key]!, expected.gradients[key]!), `${name}: the gradient of ${key}`);
    }
  }
});

const near = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && b.every((x, i) => Math.abs(x - a[i]!) <= 2e-5 * (1 + Math.abs(x)));

t.test('an op that cannot be traced says its name', async (t) => {
  const network = networkOf((a) => tf.cosh(a));
  await t.rejects(
    gradientsOf(await openEngine({}), network, { a: A, b: B }, { dims: {}, arrays: {} }),
    /Cosh/,
  );
});

t.test('a traced network has no values to look at', async (t) => {
  const network = networkOf((a) => tf.mul(a, a.dataSync()[0]!));
  await t.rejects(
    gradientsOf(await openEngine({}), network, { a: A, b: B }, { dims: {}, arrays: {} }),
    /no values yet: it may look at shapes only/,
  );
});
