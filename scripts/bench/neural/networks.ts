import {
  attention,
  type Batch,
  dense,
  gelu,
  layerNorm,
  lstm,
  type Network,
  type ParameterSpec,
  type Scope,
  softmaxLoss,
  type Tensor,
  tf,
} from '../../../src/neural/index.ts';

export const CLASSES = 6;

/** The shapes that are measured; peer.py has the same. */
export const SHAPES = {
  'lstm-128': { kind: 'lstm', vocabulary: 20_000, width: 128, hidden: 128 },
  'bert-tiny': { kind: 'encoder', vocabulary: 30_522, layers: 2, hidden: 128, heads: 2, inner: 512 },
  'bert-mini': { kind: 'encoder', vocabulary: 30_522, layers: 4, hidden: 256, heads: 4, inner: 1024 },
} as const;

export type ShapeName = keyof typeof SHAPES;
type EncoderShape = Extract<(typeof SHAPES)[ShapeName], { kind: 'encoder' }>;
type LstmShape = Extract<(typeof SHAPES)[ShapeName], { kind: 'lstm' }>;

export function networkOf(name: ShapeName): Network {
  const shape = SHAPES[name];
  return shape.kind === 'lstm' ? lstmNetwork(shape) : encoderNetwork(shape);
}

/** Random ids, every place filled; the same for each run. */
export function batchOf(
  name: ShapeName,
  { batch, length }: { batch: number; length: number },
  seed: number,
): Batch {
  const { kind, vocabulary } = SHAPES[name];
  let state = seed + 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const ids = Int32Array.from({ length: batch * length }, () => next(vocabulary));
  const labels = Int32Array.from({ length: batch }, () => next(CLASSES));
  if (kind === 'lstm') return { dims: { batch, length }, arrays: { ids, labels } };
  const positions = Int32Array.from({ length }, (_, i) => i);
  return {
    dims: { batch, length },
    arrays: { ids, positions, bias: new Float32Array(batch * length), labels },
  };
}

const loss: Network['loss'] = (outputs, scope) =>
  softmaxLoss(outputs['logits']!, scope.input('labels'), { focalGamma: 2 });

const targets = { labels: { shape: ['batch'], dtype: 'int32' } } as const;

function lstmNetwork({ vocabulary, width, hidden }: LstmShape): Network {
  return {
    parameters: {
      words: { shape: [vocabulary, width], init: { kind: 'normal', deviation: 0.1 }, sparse: true },
      kernel: matrix(width, 4 * hidden),
      recurrent: { shape: [hidden, 4 * hidden], init: { kind: 'orthogonal' } },
      bias: vector(4 * hidden, 'zeros'),
      output: matrix(hidden, CLASSES),
      outputBias: vector(CLASSES, 'zeros'),
    },
    inputs: { ids: { shape: ['length', 'batch'], dtype: 'int32' } },
    targets,
    forward(scope) {
      const x = scope.lookup('words', scope.input('ids'));
      const cell = {
        kernel: scope.parameter('kernel'),
        recurrent: scope.parameter('recurrent'),
        bias: scope.parameter('bias'),
      };
      const pooled = tf.mean(lstm(x, cell), 0);
      return { logits: dense(pooled, scope.parameter('output'), scope.parameter('outputBias')) };
    },
    loss,
  };
}

const matrix = (rows: number, columns: number): ParameterSpec => ({
  shape: [rows, columns],
  init: { kind: 'normal', deviation: 0.02 },
});
const vector = (size: number, kind: 'zeros' | 'ones'): ParameterSpec => ({
  shape: [size],
  init: { kind },
  decay: false,
});

function encoderNetwork(shape: EncoderShape): Network {
  const { vocabulary, layers, hidden, inner } = shape;
  const parameters: Record<string, ParameterSpec> = {
    words: { ...matrix(vocabulary, hidden), sparse: true },
    positions: matrix(512, hidden),
    segment: vector(hidden, 'zeros'),
    'embeddings.gamma': vector(hidden, 'ones'),
    'embeddings.beta': vector(hidden, 'zeros'),
    pooler: matrix(hidden, hidden),
    poolerBias: vector(hidden, 'zeros'),
    output: matrix(hidden, CLASSES),
    outputBias: vector(CLASSES, 'zeros'),
  };
  for (let layer = 0; layer < layers; layer++)
    Object.assign(parameters, layerParameters(`${layer}.`, hidden, inner));
  return {
    parameters,
    inputs: {
      ids: { shape: ['batch', 'length'], dtype: 'int32' },
      positions: { shape: ['length'], dtype: 'int32' },
      bias: { shape: ['batch', 'length'], dtype: 'float32' },
    },
    targets,
    forward: (scope) => encode(scope, shape),
    loss,
  };
}

function layerParameters(prefix: string, hidden: number, inner: number): Record<string, ParameterSpec> {
  const entries: Record<string, ParameterSpec> = {
    inner: matrix(hidden, inner),
    innerBias: vector(inner, 'zeros'),
    outer: matrix(inner, hidden),
    outerBias: vector(hidden, 'zeros'),
  };
  for (const name of ['query', 'key', 'value', 'mix']) {
    entries[name] = matrix(hidden, hidden);
    entries[`${name}Bias`] = vector(hidden, 'zeros');
  }
  for (const name of ['first', 'second']) {
    entries[`${name}.gamma`] = vector(hidden, 'ones');
    entries[`${name}.beta`] = vector(hidden, 'zeros');
  }
  return Object.fromEntries(Object.entries(entries).map(([name, spec]) => [prefix + name, spec]));
}

function encode(scope: Scope, { layers, heads }: EncoderShape): Record<string, Tensor> {
  const linear = (x: Tensor, name: string): Tensor =>
    dense(x, scope.parameter(name), scope.parameter(`${name}Bias`));
  const norm = (x: Tensor, name: string): Tensor =>
    layerNorm(x, scope.parameter(`${name}.gamma`), scope.parameter(`${name}.beta`), 1e-12);
  const words = scope.lookup('words', scope.input('ids'));
  const places = tf.add(scope.lookup('positions', scope.input('positions')), scope.parameter('segment'));
  let x = norm(tf.add(words, places), 'embeddings');
  for (let layer = 0; layer < layers; layer++) {
    const named = (name: string): string => `${layer}.${name}`;
    const [query, key, value] = ['query', 'key', 'value'].map((name) => linear(x, named(name))) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const context = attention({ query, key, value, bias: scope.input('bias'), heads });
    x = norm(tf.add(x, linear(context, named('mix'))), named('first'));
    x = norm(tf.add(x, linear(gelu(linear(x, named('inner'))), named('outer'))), named('second'));
  }
  const [batch, , hidden] = x.shape as [number, number, number];
  const first = tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
  return { logits: linear(tf.tanh(linear(first, 'pooler')), 'output') };
}
