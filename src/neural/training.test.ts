import t from 'tap';
import { createRng } from '../domain/random.ts';
import {
  type Batch,
  dense,
  EngineError,
  ExportError,
  exportOnnx,
  lastStep,
  loadOnnx,
  lstm,
  type Network,
  openEngine,
  reverseByLength,
  softmaxLoss,
  startTraining,
  tf,
  WeightsError,
} from './index.ts';

const [WORDS, WIDTH, HIDDEN, CLASSES] = [50, 6, 8, 3];

/** A bidirectional LSTM with everything that a step can have: a sparse table of odd width, dropout, padding. */
const network: Network = {
  parameters: {
    embedding: {
      shape: [WORDS, WIDTH],
      init: { kind: 'normal', deviation: 0.5 },
      sparse: true,
      group: 'words',
    },
    kernel: { shape: [WIDTH, 4 * HIDDEN], init: { kind: 'glorot' } },
    recurrent: { shape: [HIDDEN, 4 * HIDDEN], init: { kind: 'orthogonal' } },
    bias: { shape: [4 * HIDDEN], init: { kind: 'zeros' }, decay: false },
    output: { shape: [2 * HIDDEN, CLASSES], init: { kind: 'glorot' }, group: 'head' },
    unused: { shape: [3], init: { kind: 'ones' } },
  },
  inputs: {
    ids: { shape: ['length', 'batch'], dtype: 'int32' },
    lengths: { shape: ['batch'], dtype: 'int32' },
  },
  targets: { labels: { shape: ['batch'], dtype: 'int32' }, weights: { shape: ['batch'], dtype: 'float32' } },
  forward(scope) {
    const x = scope.dropout(scope.lookup('embedding', scope.input('ids')), 0.2);
    const lengths = scope.input('lengths');
    const [kernel, recurrent, bias] = ['kernel', 'recurrent', 'bias'].map((name) => scope.parameter(name));
    const cell = { kernel: kernel!, recurrent: recurrent!, bias: bias! };
    const forward = lastStep(lstm(x, cell), lengths);
    const backward = lastStep(lstm(reverseByLength(x, lengths), cell), lengths);
    return { logits: dense(tf.concat([forward, backward], 1), scope.parameter('output')) };
  },
  loss: (outputs, scope) =>
    softmaxLoss(outputs['logits']!, scope.input('labels'), {
      exampleWeights: scope.input('weights'),
      focalGamma: 2,
      classWeights: [1, 2, 4],
    }),
};

function batchOf(seed: number, length = 7): Batch {
  const rng = createRng(seed, 0, 'batch');
  const batch = 5;
  return {
    dims: { batch, length },
    arrays: {
      ids: Int32Array.from({ length: length * batch }, () => rng.integer(WORDS)),
      lengths: Int32Array.from({ length: batch }, () => 1 + rng.integer(length)),
      labels: Int32Array.from({ length: batch }, () => rng.integer(CLASSES)),
      weights: Float32Array.of(1, 1, 0, 1, 0.5),
    },
  };
}

const settings = { seed: 3, weightDecay: 0.01, clipNorm: 0.5 };

t.test('every engine here computes the same steps', async (t) => {
  const losses: Record<string, number[]> = {};
  for (const name of ['onnxruntime', 'tfjs-wasm', 'tfjs-cpu'] as const) {
    const engine = await openEngine({ engine: name });
    t.match(engine.description, new RegExp(`^${name} [0-9.]+ on cpu`));
    const training = await startTraining(engine, network, settings);
    losses[name] = [];
    for (let i = 0; i < 3; i++) {
      const step = await training.step(batchOf(i), { learningRate: { words: 0.02, all: 0.01, head: 0.03 } });
      const { loss } = await training.evaluate(batchOf(9, 4));
      losses[name].push(step.loss, step.gradientNorm, loss, ...step.outputs['logits']!);
    }
    await training.dispose();
  }
  const apart = (name: string): number =>
    Math.max(...losses['tfjs-cpu']!.map((x, i) => Math.abs(x - losses[name]![i]!)));
  t.ok(apart('onnxruntime') < 2e-5, `ONNX Runtime is ${apart('onnxruntime')} away`);
  t.ok(apart('tfjs-wasm') < 2e-5, `tfjs-wasm is ${apart('tfjs-wasm')} away`);
});

t.test('a training learns its batches by heart', async (t) => {
  const training = await startTraining(await openEngine({}), network, { seed: 1 });
  for (let i = 0; i < 60; i++) await training.step(batchOf(i % 2), { learningRate: 0.03 });
  const { loss } = await training.evaluate(batchOf(0));
  t.ok(loss < 0.02, `the loss is ${loss}`);
  t.equal(training.steps, 60);
  await training.dispose();
});

t.test('a training that is resumed is the training that was not stopped, bit for bit', async (t) => {
  const engine = await openEngine({});
  const whole = await startTraining(engine, network, settings);
  const before = await startTraining(engine, network, settings);
  const after = await startTraining(engine, network, { ...settings, seed: 99 });
  const options = { learningRate: 0.02 };
  for (let i = 0; i < 4; i++) await whole.step(batchOf(i), options);
  for (let i = 0; i < 2; i++) await before.step(batchOf(i), options);
  after.loadState(before.saveState());
  for (let i = 2; i < 4; i++) await after.step(batchOf(i), options);
  t.same(after.weights(), whole.weights());
  t.ok(Buffer.from(after.saveState()).equals(Buffer.from(whole.saveState())));
  for (const training of [whole, before, after]) await training.dispose();
});

t.test('frozen groups stay, what has no gradient stays, all else moves', async (t) => {
  const training = await startTraining(await openEngine({}), network, settings);
  const start = training.weights();
  await training.step(batchOf(1), { learningRate: 0.1, frozen: ['words'] });
  const moved = Object.entries(training.weights()).filter(([name, w]) =>
    w.some((x, i) => x !== start[name]![i]),
  );
  t.same(
    moved.map(([name]) => name),
    ['kernel', 'recurrent', 'bias', 'output'],
  );
  await training.dispose();
});

t.test('a step that is not finite changes nothing', async (t) => {
  const training = await startTraining(await openEngine({}), network, settings);
  await training.step(batchOf(1), { learningRate: 0.1 });
  const start = training.weights();
  const batch = batchOf(2);
  const broken = { ...batch, arrays: { ...batch.arrays, weights: new Float32Array(5).fill(Number.NaN) } };
  const { loss } = await training.step(broken, { learningRate: 0.1 });
  t.ok(Number.isNaN(loss));
  t.same(training.weights(), start);
  await training.dispose();
});

t.test('wrong batches are told apart from wrong networks', async (t) => {
  const training = await startTraining(await openEngine({}), network, settings);
  const batch = batchOf(1);
  const without = (changes: Record<string, Float32Array | Int32Array>): Batch => ({
    ...batch,
    arrays: { ...batch.arrays, ...changes },
  });
  const step = (changes: Record<string, Float32Array | Int32Array>) =>
    training.step(without(changes), { learningRate: 0.1 });
  await t.rejects(
    step({ ids: new Int32Array(3) }),
    new EngineError('"ids" needs 35 numbers, the batch has 3.'),
  );
  await t.rejects(step({ labels: new Float32Array(5) }), new EngineError('"labels" must be int32.'));
  await t.rejects(
    step({ ids: new Int32Array(35).fill(WORDS) }),
    new EngineError('"embedding" has 50 rows; "ids" asks for row 50.'),
  );
  await t.rejects(training.predict({ dims: { batch: 5 }, arrays: {} }), /does not say how large "length" is/);
  await training.dispose();
});

t.test('an exported network predicts the same for batches of any size', async (t) => {
  const training = await startTraining(await openEngine({}), network, settings);
  await training.step(batchOf(1), { learningRate: 0.1 });
  const predictor = await loadOnnx(exportOnnx(network, training.weights()));
  for (const length of [7, 4, 1]) {
    const { logits } = await training.predict(batchOf(5, length));
    const saved = (await predictor.predict(batchOf(5, length)))['logits']!;
    t.ok(
      logits!.every((x, i) => Math.abs(x - saved[i]!) < 1e-6),
      `length ${length}`,
    );
  }
  await t.rejects(
    predictor.predict({ ...batchOf(5), dims: { batch: 4, length: 7 } }),
    /of shape \[length,batch\] got 35/,
  );
  await predictor.dispose();
  await training.dispose();
});

t.test('a network that computes with its sizes is not exported wrongly', async (t) => {
  const lengthy: Network = {
    ...network,
    forward: (scope) => ({
      logits: tf.mul(tf.cast(scope.input('lengths'), 'float32'), 1 / scope.input('ids').shape[0]!),
    }),
  };
  t.throws(() => exportOnnx(lengthy, {}), ExportError);
  t.throws(() => exportOnnx(network, {}), WeightsError);
});

t.test('a device that is not there is an error', async (t) => {
  await t.rejects(openEngine({ device: 'cuda' }), { name: 'EngineMissingError' });
  await t.rejects(openEngine({ engine: 'tfjs-wasm', device: 'webgpu' }), { name: 'EngineMissingError' });
  await t.rejects(openEngine({ engine: 'tfjs-node-gpu' }), {
    name: 'EngineMissingError',
    fix: /tfjs-node-gpu/,
  });
});
