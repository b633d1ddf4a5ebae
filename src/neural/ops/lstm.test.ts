import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { gradientsOf, relativeError } from '../../testing/network-gradients.ts';
import { type Batch, lstm, type Network, openEngine, tf } from '../index.ts';

const [LENGTH, BATCH, INPUTS, HIDDEN] = [5, 3, 4, 6];
const SHAPES = {
  x: [LENGTH, BATCH, INPUTS],
  kernel: [INPUTS, 4 * HIDDEN],
  recurrent: [HIDDEN, 4 * HIDDEN],
  bias: [4 * HIDDEN],
} as const;

const rng = createRng(5, 0, 'lstm test');
const random = (shape: readonly number[], scale: number): Float64Array =>
  Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(scale * rng.normal()));

const point = Object.fromEntries(Object.entries(SHAPES).map(([name, shape]) => [name, random(shape, 0.5)]));
/** The loss is a sum of all outputs with these factors, so that every output has another gradient. */
const factors = random([LENGTH, BATCH, HIDDEN], 1);

const network: Network = {
  parameters: Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [name, { shape, init: { kind: 'zeros' } as const }]),
  ),
  inputs: { factors: { shape: [LENGTH, BATCH, HIDDEN], dtype: 'float32' } },
  targets: {},
  forward: (scope) => ({
    steps: lstm(scope.parameter('x'), {
      kernel: scope.parameter('kernel'),
      recurrent: scope.parameter('recurrent'),
      bias: scope.parameter('bias'),
    }),
  }),
  loss: ({ steps }, scope) => tf.sum(tf.mul(steps!, scope.input('factors'))),
};

const batch: Batch = { dims: {}, arrays: { factors: Float32Array.from(factors) } };
const float32 = (values: Record<string, Float64Array>) =>
  Object.fromEntries(Object.entries(values).map(([name, array]) => [name, Float32Array.from(array)]));

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** The same in double precision, from the definition. */
function referenceLoss({ x, kernel, recurrent, bias }: Record<string, Float64Array>): number {
  let loss = 0;
  for (let b = 0; b < BATCH; b++) {
    let hidden = new Float64Array(HIDDEN);
    const cell = new Float64Array(HIDDEN);
    for (let step = 0; step < LENGTH; step++) {
      const at = (step * BATCH + b) * INPUTS;
      const z = Float64Array.from(bias!, (sum, column) => {
        for (let i = 0; i < INPUTS; i++) sum += x![at + i]! * kernel![i * 4 * HIDDEN + column]!;
        for (let i = 0; i < HIDDEN; i++) sum += hidden[i]! * recurrent![i * 4 * HIDDEN + column]!;
        return sum;
      });
      hidden = Float64Array.from(cell, (c, j) => {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => z[gate * HIDDEN + j]!) as [
          number,
          number,
          number,
          number,
        ];
        cell[j] = sigmoid(f) * c + sigmoid(i) * Math.tanh(g);
        return sigmoid(o) * Math.tanh(cell[j]!);
      });
      for (let j = 0; j < HIDDEN; j++) loss += hidden[j]! * factors[(step * BATCH + b) * HIDDEN + j]!;
    }
  }
  return loss;
}

/** Central differences of the fourth order: their error is far below what is asked of the gradients. */
function differences(name: string): Float64Array {
  const STEP = 1e-3;
  return point[name]!.map((value, i) => {
    const lossAt = (offset: number): number => {
      const moved = point[name]!.slice();
      moved[i] = value + offset;
      return referenceLoss({ ...point, [name]: moved });
    };
    return (8 * (lossAt(STEP) - lossAt(-STEP)) - (lossAt(2 * STEP) - lossAt(-2 * STEP))) / (12 * STEP);
  });
}

t.test('an LSTM layer and all its gradients are those of the definition in double precision', async (t) => {
  for (const engine of ['onnxruntime', 'tfjs-wasm', 'tfjs-cpu'] as const) {
    const { loss, gradients } = await gradientsOf(
      await openEngine({ engine }),
      network,
      float32(point),
      batch,
    );
    t.ok(Math.abs(loss - referenceLoss(point)) < 1e-5, `${engine}: the loss`);
    for (const name of Object.keys(SHAPES)) {
      const error = relativeError(gradients[name]!, differences(name));
      t.ok(error < 1e-5, `${engine}: the gradient of ${name} is ${error.toExponential(1)} away`);
    }
  }
});

t.test('a layer of one step and a layer without gradient compute the same', async (t) => {
  const engine = await openEngine({});
  const one = [1, BATCH, INPUTS] as const;
  const single: Network = {
    ...network,
    parameters: { ...network.parameters, x: { shape: one, init: { kind: 'zeros' } } },
    loss: ({ steps }) => tf.sum(steps!),
  };
  const weights = { ...float32(point), x: Float32Array.from(point['x']!.slice(0, BATCH * INPUTS)) };
  const compiled = await gradientsOf(engine, single, weights, batch);
  const eager = await gradientsOf(await openEngine({ engine: 'tfjs-cpu' }), single, weights, batch);
  for (const name of ['x', 'kernel', 'bias']) {
    t.ok(relativeError(compiled.gradients[name]!, eager.gradients[name]!) < 1e-5, name);
  }
  t.ok(compiled.gradients['recurrent']!.every((x) => x === 0));
});
