import t from 'tap';
import { gradientsOf, relativeError } from '../../testing/network-gradients.ts';
import {
  type LossOptions,
  type Network,
  openEngine,
  sigmoidLoss,
  softmaxLoss,
  type Tensor,
  tf,
} from '../index.ts';

const [BATCH, CLASSES] = [4, 3];
const LOGITS = Float32Array.of(1.5, -0.5, 0.25, -2, 0.75, 1, 0.1, 0.2, -0.3, 3, -1, 0.5);
const LABELS = Int32Array.of(0, 2, 1, 1);
const TARGETS = Float32Array.of(1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1);
const WEIGHTS = Float32Array.of(1, 0.5, 0, 2);

type LossFunction = (logits: Tensor, truth: Tensor, options: LossOptions) => Tensor;

function networkOf(loss: LossFunction, options: LossOptions, { multiLabel, weighted }: Case): Network {
  const truth = multiLabel
    ? ({ shape: [BATCH, CLASSES], dtype: 'float32' } as const)
    : ({ shape: [BATCH], dtype: 'int32' } as const);
  return {
    parameters: { logits: { shape: [BATCH, CLASSES], init: { kind: 'zeros' } } },
    inputs: { truth, weights: { shape: [BATCH], dtype: 'float32' } },
    targets: {},
    forward: (scope) => ({ logits: tf.mul(scope.parameter('logits'), 1) }),
    loss: ({ logits }, scope) =>
      loss(
        logits!,
        scope.input('truth'),
        weighted ? { ...options, exampleWeights: scope.input('weights') } : options,
      ),
  };
}

interface Case {
  readonly multiLabel: boolean;
  readonly weighted: boolean;
}

/** From the definitions, in double precision. */
function reference(logits: ArrayLike<number>, options: LossOptions, { multiLabel, weighted }: Case): number {
  const { classWeights, focalGamma = 0, focalAlpha, labelSmoothing: smooth = 0 } = options;
  let [sum, total] = [0, 0];
  for (let row = 0; row < BATCH; row++) {
    const z = Array.from({ length: CLASSES }, (_, k) => logits[row * CLASSES + k]!);
    const exps = z.map(Math.exp);
    const normal = exps.reduce((a, b) => a + b, 0);
    const gold = LABELS[row]!;
    const weight = weighted ? WEIGHTS[row]! : 1;
    let [loss, share] = [0, 1];
    for (let k = 0; k < CLASSES; k++) {
      const w = classWeights?.[k] ?? 1;
      if (multiLabel) {
        const y = TARGETS[row * CLASSES + k]!;
        const target = y * (1 - smooth) + smooth / 2;
        const p = 1 / (1 + Math.exp(-z[k]!));
        const right = y === 1 ? p : 1 - p;
        const alpha = focalAlpha ? (y === 1 ? focalAlpha[k]! : 1 - focalAlpha[k]!) : 1;
        const entropy = -target * w * Math.log(p) - (1 - target) * Math.log(1 - p);
        loss += (alpha * (1 - right) ** focalGamma * entropy) / CLASSES;
      } else {
        const target = (k === gold ? 1 - smooth : 0) + smooth / CLASSES;
        loss -= target * w * Math.log(exps[k]! / normal);
      }
    }
    if (!multiLabel) {
      loss *= (1 - exps[gold]! / normal) ** focalGamma * (focalAlpha?.[gold] ?? 1);
      share = classWeights?.[gold] ?? 1;
    }
    sum += weight * loss;
    total += weight * share;
  }
  return sum / total;
}

function differences(options: LossOptions, kind: Case): number[] {
  const STEP = 1e-5;
  return Array.from(LOGITS, (value, i) => {
    const at = (offset: number): number => {
      const moved = Float64Array.from(LOGITS);
      moved[i] = value + offset;
      return reference(moved, options, kind);
    };
    return (at(STEP) - at(-STEP)) / (2 * STEP);
  });
}

const OPTIONS: Readonly<Record<string, LossOptions>> = {
  'cross-entropy': {},
  'focal loss with γ 2': { focalGamma: 2 },
  'focal loss with γ 1': { focalGamma: 1 },
  'focal loss with γ 0.5 and α': { focalGamma: 0.5, focalAlpha: [0.2, 0.5, 0.9] },
  'class weights': { classWeights: [1, 2, 4] },
  'label smoothing': { labelSmoothing: 0.1 },
  'all at once': { classWeights: [1, 2, 4], labelSmoothing: 0.2, focalGamma: 2, focalAlpha: [0.2, 0.5, 0.9] },
};

for (const [name, options] of Object.entries(OPTIONS)) {
  t.test(`${name}: value and slope are those of the definition`, async (t) => {
    for (const multiLabel of [false, true]) {
      for (const weighted of [false, true]) {
        const kind = { multiLabel, weighted };
        const network = networkOf(multiLabel ? sigmoidLoss : softmaxLoss, options, kind);
        const batch = { dims: {}, arrays: { truth: multiLabel ? TARGETS : LABELS, weights: WEIGHTS } };
        for (const engine of ['onnxruntime', 'tfjs-cpu'] as const) {
          const found = await gradientsOf(await openEngine({ engine }), network, { logits: LOGITS }, batch);
          const what = `${engine}, ${multiLabel ? 'sigmoid' : 'softmax'}${weighted ? ', weighted rows' : ''}`;
          t.ok(Math.abs(found.loss - reference(LOGITS, options, kind)) < 1e-5, what);
          t.ok(
            relativeError(found.gradients['logits']!, differences(options, kind)) < 1e-5,
            `${what}: slope`,
          );
        }
      }
    }
  });
}

t.test('a hopeless or a perfect answer gives finite numbers', async (t) => {
  const sure = Float32Array.of(200, -200, 0, 200, -200, 0, 200, -200, 0, 200, -200, 0);
  for (const focalGamma of [0, 0.5, 2]) {
    for (const multiLabel of [false, true]) {
      const network = networkOf(
        multiLabel ? sigmoidLoss : softmaxLoss,
        { focalGamma },
        { multiLabel, weighted: false },
      );
      const batch = { dims: {}, arrays: { truth: multiLabel ? TARGETS : LABELS } };
      const { loss, gradients } = await gradientsOf(await openEngine({}), network, { logits: sure }, batch);
      t.ok(Number.isFinite(loss) && gradients['logits']!.every(Number.isFinite), `γ ${focalGamma}, ${loss}`);
    }
  }
});
