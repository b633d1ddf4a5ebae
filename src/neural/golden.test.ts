// The engine against PyTorch: a plain encoder with the weights of the reference checkpoints, whose hidden states, losses,
// gradients and AdamW trajectory were stored from there.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { goldenPath, skipWithoutGolden } from '../testing/golden.ts';
import { batchOf, type Loaded, loadTensors, networkOf } from '../testing/golden-encoder.ts';
import { gradientsOf, relativeError } from '../testing/network-gradients.ts';
import { type LossOptions, openEngine, startTraining } from './index.ts';

const CHECKPOINTS = ['bert-tiny-random-ru', 'bert-tiny-sst2-real-layers'];

interface LossReference {
  readonly loss: number;
  readonly grad_l2: Readonly<Record<string, number>>;
  readonly grad_first5: Readonly<Record<string, readonly number[]>>;
  readonly logits: readonly (readonly number[])[];
}

interface Reference {
  readonly labels: readonly number[];
  readonly input_ids: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
  readonly losses: Readonly<Record<string, { readonly f64: LossReference }>>;
  readonly adamw_trajectory: { readonly losses: readonly number[] };
}

const LOSSES: Readonly<Record<string, LossOptions>> = {
  cross_entropy: {},
  focal_gamma2: { focalGamma: 2 },
  cross_entropy_class_weights_1_2_4: { classWeights: [1, 2, 4] },
  'cross_entropy_label_smoothing_0.1': { labelSmoothing: 0.1 },
};

const read = (path: string): unknown => JSON.parse(readFileSync(goldenPath(path), 'utf8'));
const apart = (a: ArrayLike<number>, b: readonly number[]): number =>
  Math.max(...b.map((x, i) => Math.abs(x - a[i]!)));

for (const checkpoint of CHECKPOINTS) {
  const folder = `bert/${checkpoint}`;
  const skip = skipWithoutGolden(folder);
  const load = (): Loaded => {
    const parts = ['model', 'classifier3'].map((file) =>
      loadTensors(goldenPath(`${folder}/${file}.safetensors`)),
    );
    const [model, classifier] = parts as [Loaded, Loaded];
    // The checkpoint may bring a classifier of its own, with other classes.
    return {
      weights: { ...model.weights, ...classifier.weights },
      shapes: { ...model.shapes, ...classifier.shapes },
    };
  };

  t.test(`${checkpoint}: losses and all gradients are PyTorch's`, { skip }, async (t) => {
    const loaded = load();
    const reference = read(`${folder}/golden_grad.json`) as Reference;
    const batch = batchOf(reference.input_ids, reference.attention_mask, reference.labels);
    for (const engine of ['onnxruntime', 'tfjs-wasm'] as const) {
      for (const [name, options] of Object.entries(LOSSES)) {
        const { f64 } = reference.losses[name]!;
        const network = networkOf(loaded, options);
        const found = await gradientsOf(await openEngine({ engine }), network, loaded.weights, batch);
        t.ok(Math.abs(found.loss - f64.loss) < 1e-5, `${engine}, ${name}: the loss`);
        t.ok(apart(found.outputs['logits']!, f64.logits.flat()) < 1e-5, `${engine}, ${name}: the logits`);
        let worst = 0;
        for (const [key, norm] of Object.entries(f64.grad_l2)) {
          const gradient = found.gradients[key.replace(/^bert\./, '')]!;
          const error = Math.abs(Math.hypot(...blockNorms(gradient)) - norm);
          // Keys' biases shift all scores alike: their gradients are zero but for rounding.
          worst = Math.max(worst, key.endsWith('key.bias') ? error * 1e3 : error / norm);
        }
        t.ok(worst < 1e-4, `${engine}, ${name}: gradients are ${worst.toExponential(1)} away`);
        for (const [key, first] of Object.entries(f64.grad_first5)) {
          if (key.endsWith('key.bias')) continue;
          const gradient = found.gradients[key.replace(/^bert\./, '')]!;
          const error = relativeError(
            firstFive(gradient, loaded.shapes[key.replace(/^bert\./, '')]!, key),
            first,
          );
          if (error > 1e-3) t.fail(`${engine}, ${name}: ${key} begins otherwise`);
        }
      }
    }
  });

  t.test(`${checkpoint}: ten steps of AdamW lose what PyTorch's lose`, { skip }, async (t) => {
    const { weights, shapes } = load();
    const reference = read(`${folder}/golden_grad.json`) as Reference;
    const batch = batchOf(reference.input_ids, reference.attention_mask, reference.labels);
    const network = networkOf({ weights, shapes }, {});
    const training = await startTraining(await openEngine({}), network, { seed: 1, weightDecay: 0.01 });
    training.setWeights(weights);
    const losses: number[] = [];
    // Dropout is the network's own affair: this one has none.
    for (let i = 0; i < 10; i++) losses.push((await training.step(batch, { learningRate: 1e-3 })).loss);
    t.ok(apart(losses, reference.adamw_trajectory.losses) < 1e-4, `${losses}`);
    await training.dispose();
  });

  t.test(`${checkpoint}: hidden states are PyTorch's`, { skip }, async (t) => {
    const loaded = load();
    const { texts } = read(`${folder}/golden.json`) as {
      texts: readonly Readonly<Record<string, readonly number[]>>[];
    };
    const training = await startTraining(await openEngine({}), networkOf(loaded, {}), { seed: 1 });
    training.setWeights(loaded.weights);
    for (const text of texts) {
      const ids = text['input_ids']!;
      const { hidden, pooled } = await training.predict(batchOf([ids], [text['attention_mask']!], [0]));
      const width = hidden!.length / ids.length;
      t.ok(apart(hidden!.subarray(0, width), text['last_hidden_state_first']!) < 1e-5);
      t.ok(apart(hidden!.subarray(-width), text['last_hidden_state_last']!) < 1e-5);
      t.ok(apart(pooled!, text['pooled_output']!) < 1e-5);
    }
    await training.dispose();
  });
}

/** Math.hypot takes its numbers as arguments, of which there cannot be millions. */
function blockNorms(values: Float32Array): number[] {
  const norms: number[] = [];
  for (let i = 0; i < values.length; i += 10_000) norms.push(Math.hypot(...values.subarray(i, i + 10_000)));
  return norms;
}

/** PyTorch's matrices are [out, in]: its first five of a row stand in a column here. */
function firstFive(values: Float32Array, shape: readonly number[], name: string): number[] {
  const columns = shape.length === 2 && !name.includes('embeddings') ? shape[1]! : 1;
  return Array.from({ length: 5 }, (_, i) => values[i * columns]!);
}
