// A plain BERT encoder over the tensors of the reference checkpoints, by their own names: enough to hold the neural engine to
// what PyTorch computed with them.
import { readFileSync } from 'node:fs';
import {
  attention,
  type Batch,
  dense,
  gelu,
  type LossOptions,
  layerNorm,
  type Network,
  type Scope,
  softmaxLoss,
  type Tensor,
  tf,
  type Weights,
} from '../neural/index.ts';

const LAYERS = 2;
const HEADS = 2;

/** One tensor in the header. */
interface Stored {
  readonly shape: readonly [number, number?];
  readonly data_offsets: readonly [number, number];
}

/** A checkpoint, as the engine wants it. */
export interface Loaded {
  readonly weights: Weights;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** All tensors of a safetensors file; matrices of linear layers turned to [in, out]. */
export function loadTensors(path: string): Loaded {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, Stored>;
  const weights: Record<string, Float32Array> = {};
  const shapes: Record<string, readonly number[]> = {};
  for (const [key, { shape, data_offsets: offsets }] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    const name = key.replace(/^bert\./, '');
    const [from, to] = offsets;
    const values = new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer);
    const [rows, columns] = shape;
    const turned = columns !== undefined && !name.includes('embeddings');
    weights[name] = turned ? transpose(values, rows, columns) : values;
    shapes[name] = turned ? [columns, rows] : (shape as readonly number[]);
  }
  return { weights, shapes };
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j]!;
  return turned;
}

function encode(scope: Scope): Record<string, Tensor> {
  const linear = (x: Tensor, name: string): Tensor =>
    dense(x, scope.parameter(`${name}.weight`), scope.parameter(`${name}.bias`));
  const norm = (x: Tensor, name: string): Tensor =>
    layerNorm(
      x,
      scope.parameter(`${name}.LayerNorm.weight`),
      scope.parameter(`${name}.LayerNorm.bias`),
      1e-12,
    );
  const look = (name: string, input: string): Tensor =>
    scope.lookup(`embeddings.${name}_embeddings.weight`, scope.input(input));
  const words = look('word', 'ids');
  let x = norm(
    tf.add(tf.add(words, look('position', 'positions')), look('token_type', 'types')),
    'embeddings',
  );
  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`;
    const [query, key, value] = ['query', 'key', 'value'].map((part) =>
      linear(x, `${layer}.attention.self.${part}`),
    ) as [Tensor, Tensor, Tensor];
    const context = attention({ query, key, value, bias: scope.input('bias'), heads: HEADS });
    x = norm(tf.add(x, linear(context, `${layer}.attention.output.dense`)), `${layer}.attention.output`);
    const inner = gelu(linear(x, `${layer}.intermediate.dense`));
    x = norm(tf.add(x, linear(inner, `${layer}.output.dense`)), `${layer}.output`);
  }
  const [batch, , hidden] = x.shape as [number, number, number];
  const first = tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
  const pooled = tf.tanh(linear(first, 'pooler.dense'));
  return { hidden: x, pooled, logits: linear(pooled, 'classifier') };
}

/** With three classes on the pooled first token, the word table sparse. */
export function networkOf({ shapes }: Loaded, options: LossOptions): Network {
  const isTable = (name: string): boolean => name === 'embeddings.word_embeddings.weight';
  return {
    parameters: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        {
          shape,
          init: { kind: 'zeros' } as const,
          sparse: isTable(name),
          decay: !/bias$|LayerNorm/.test(name),
        },
      ]),
    ),
    inputs: {
      ids: { shape: ['batch', 'length'], dtype: 'int32' },
      positions: { shape: ['length'], dtype: 'int32' },
      types: { shape: ['length'], dtype: 'int32' },
      bias: { shape: ['batch', 'length'], dtype: 'float32' },
    },
    targets: { labels: { shape: ['batch'], dtype: 'int32' } },
    forward: encode,
    loss: ({ logits }, scope) => softmaxLoss(logits!, scope.input('labels'), options),
  };
}

/** Token type 0 everywhere. */
export function batchOf(
  ids: readonly (readonly number[])[],
  mask: readonly (readonly number[])[],
  labels: readonly number[],
): Batch {
  const length = ids[0]!.length;
  return {
    dims: { batch: ids.length, length },
    arrays: {
      ids: Int32Array.from(ids.flat()),
      positions: Int32Array.from({ length }, (_, i) => i),
      types: new Int32Array(length),
      bias: Float32Array.from(mask.flat(), (kept) => (kept ? 0 : -1e4)),
      labels: Int32Array.from(labels),
    },
  };
}
