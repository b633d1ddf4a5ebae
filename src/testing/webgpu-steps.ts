// Some steps of a small network on the device that is named, for a test in a process of its own: a Vulkan driver is
// found by environment variables that the loader reads when the process starts.
import {
  dense,
  gelu,
  layerNorm,
  lstm,
  type Network,
  openEngine,
  softmaxLoss,
  startTraining,
  tf,
} from '../neural/index.ts';

const device = process.argv[2] as 'cpu' | 'webgpu';
const [LENGTH, BATCH, WIDTH, HIDDEN] = [12, 4, 8, 16];

/** Long enough that the layer's steps are more tensors than a GPU binds at once. */
const network: Network = {
  parameters: {
    words: { shape: [30, WIDTH], init: { kind: 'normal', deviation: 0.5 }, sparse: true },
    kernel: { shape: [WIDTH, 4 * HIDDEN], init: { kind: 'glorot' } },
    recurrent: { shape: [HIDDEN, 4 * HIDDEN], init: { kind: 'orthogonal' } },
    bias: { shape: [4 * HIDDEN], init: { kind: 'zeros' } },
    gamma: { shape: [HIDDEN], init: { kind: 'ones' } },
    beta: { shape: [HIDDEN], init: { kind: 'zeros' } },
    output: { shape: [HIDDEN, 3], init: { kind: 'glorot' } },
  },
  inputs: { ids: { shape: ['length', 'batch'], dtype: 'int32' } },
  targets: { labels: { shape: ['batch'], dtype: 'int32' } },
  forward: (scope) => {
    const p = (name: string) => scope.parameter(name);
    const x = scope.lookup('words', scope.input('ids'));
    const pooled = tf.mean(lstm(x, { kernel: p('kernel'), recurrent: p('recurrent'), bias: p('bias') }), 0);
    return { logits: dense(gelu(layerNorm(pooled, p('gamma'), p('beta'), 1e-6)), p('output')) };
  },
  loss: ({ logits }, scope) => softmaxLoss(logits!, scope.input('labels'), { focalGamma: 2 }),
};

const engine = await openEngine({ device });
const training = await startTraining(engine, network, { seed: 1 });
const losses: number[] = [];
for (let step = 0; step < 3; step++) {
  const ids = Int32Array.from({ length: LENGTH * BATCH }, (_, i) => (i * 7 + step) % 30);
  const batch = {
    dims: { length: LENGTH, batch: BATCH },
    arrays: { ids, labels: Int32Array.of(0, 1, 2, 0) },
  };
  const { loss, gradientNorm } = await training.step(batch, { learningRate: 0.05 });
  losses.push(loss, gradientNorm);
}
await training.dispose();
process.stdout.write(JSON.stringify({ description: engine.description, losses }));
