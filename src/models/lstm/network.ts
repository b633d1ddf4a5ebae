import {
  dense,
  lastStep,
  lstm,
  type ParameterSpec,
  reverseByLength,
  type Scope,
  type Tensor,
  tf,
} from '../../neural/index.ts';
import type { TextNetwork } from '../neural/text-network.ts';
import type { LstmShape } from './params.ts';
import { VECTOR_DEVIATION } from './word-vectors.ts';

/*
 * Word vectors, one or more layers of LSTM in one or both directions, one vector for the text, one number a label. All
 * along time comes first: [length, batch, width].
 */
export interface LstmNetworkOptions {
  readonly shape: LstmShape;
  readonly nWords: number;
  readonly nLabels: number;
  /** What the word vectors begin as, a row a word; null: at random. */
  readonly vectors: Float32Array | null;
}

type Specs = Record<string, ParameterSpec>;

export function createLstmNetwork({ shape, nWords, nLabels, vectors }: LstmNetworkOptions): TextNetwork {
  const width = outputWidth(shape);
  const parameters: Specs = {
    embedding: {
      shape: [nWords, shape.embeddingDim],
      init:
        vectors === null
          ? { kind: 'normal', deviation: VECTOR_DEVIATION }
          : { kind: 'values', values: vectors },
      sparse: true,
    },
    'output/kernel': { shape: [width, nLabels], init: { kind: 'glorot' } },
    'output/bias': { shape: [nLabels], init: { kind: 'zeros' }, decay: false },
    ...(shape.pooling === 'attention' && attentionSpecs(width)),
  };
  for (let layer = 0; layer < shape.layers; layer++) {
    const inputs = layer === 0 ? shape.embeddingDim : width;
    for (const direction of directionsOf(shape))
      Object.assign(parameters, cellSpecs(`layer${layer}/${direction}`, inputs, shape.hiddenSize));
  }
  return {
    parameters,
    ...LSTM_INPUTS,
    logits: (scope) => computeLogits(scope, shape),
  };
}

/** What a network of this kind reads. */
export const LSTM_INPUTS: Pick<TextNetwork, 'inputs' | 'major'> = {
  inputs: {
    ids: { shape: ['length', 'batch'], dtype: 'int32' },
    mask: { shape: ['length', 'batch'], dtype: 'float32' },
    lengths: { shape: ['batch'], dtype: 'int32' },
  },
  major: 'time',
};

export const directionsOf = ({ bidirectional }: LstmShape): readonly ('forward' | 'backward')[] =>
  bidirectional ? ['forward', 'backward'] : ['forward'];

export const outputWidth = (shape: LstmShape): number => shape.hiddenSize * directionsOf(shape).length;

function cellSpecs(name: string, inputs: number, hidden: number): Specs {
  // A gate that forgets little at first lets gradients through (Jozefowicz et al. 2015): i, f, g, o.
  const bias = Float32Array.from({ length: 4 * hidden }, (_, i) => (Math.floor(i / hidden) === 1 ? 1 : 0));
  return {
    [`${name}/kernel`]: { shape: [inputs, 4 * hidden], init: { kind: 'glorot' } },
    [`${name}/recurrent`]: { shape: [hidden, 4 * hidden], init: { kind: 'orthogonal' } },
    [`${name}/bias`]: { shape: [4 * hidden], init: { kind: 'values', values: bias }, decay: false },
  };
}

function attentionSpecs(width: number): Specs {
  return {
    'attention/kernel': { shape: [width, width], init: { kind: 'glorot' } },
    'attention/bias': { shape: [width], init: { kind: 'zeros' }, decay: false },
    'attention/query': { shape: [width, 1], init: { kind: 'glorot' } },
  };
}

function computeLogits(scope: Scope, shape: LstmShape): Tensor {
  const ids = scope.input('ids');
  const [length, batch] = ids.shape as [number, number];
  let steps: Tensor = scope.lookup('embedding', ids);
  steps = scope.dropout(steps, shape.wordDropout, [length, batch, 1]);
  let ends: readonly Tensor[] = [];
  for (let layer = 0; layer < shape.layers; layer++) {
    // One mask for all steps of a text (Gal & Ghahramani, NIPS 2016).
    steps = scope.dropout(steps, shape.dropout, [1, batch, steps.shape[2]!]);
    ({ steps, ends } = runLayer(scope, steps, `layer${layer}`, shape));
  }
  const pooled = shape.pooling === 'last' ? joinWidth(ends) : pool(scope, steps, shape.pooling);
  const { kernel, bias } = { kernel: scope.parameter('output/kernel'), bias: scope.parameter('output/bias') };
  return dense(scope.dropout(pooled, shape.dropout), kernel, bias);
}

/** Where each direction has seen the whole text: forward at its last word, backward at its first. */
function runLayer(
  scope: Scope,
  x: Tensor,
  name: string,
  shape: LstmShape,
): { steps: Tensor; ends: readonly Tensor[] } {
  const lengths = scope.input('lengths');
  const cell = (direction: string, input: Tensor): Tensor =>
    lstm(input, {
      kernel: scope.parameter(`${name}/${direction}/kernel`),
      recurrent: scope.parameter(`${name}/${direction}/recurrent`),
      bias: scope.parameter(`${name}/${direction}/bias`),
    });
  const forward = cell('forward', x);
  if (!shape.bidirectional) return { steps: forward, ends: [lastStep(forward, lengths)] };
  const turned = cell('backward', reverseByLength(x, lengths));
  return {
    steps: joinWidth([forward, reverseByLength(turned, lengths)]),
    ends: [lastStep(forward, lengths), lastStep(turned, lengths)],
  };
}

const joinWidth = (parts: readonly Tensor[]): Tensor =>
  parts.length === 1 ? parts[0]! : tf.concat([...parts], -1);

/** Of padding: so low that neither a maximum nor a softmax sees it. */
const NOWHERE = -1e9;

/** [length, batch, width] → [batch, width], over the words of each text only. */
function pool(scope: Scope, steps: Tensor, pooling: Exclude<LstmShape['pooling'], 'last'>): Tensor {
  const mask = tf.expandDims(scope.input('mask'), 2);
  const outside = tf.mul(tf.sub(1, mask), NOWHERE);
  switch (pooling) {
    case 'max':
      return tf.max(tf.add(steps, outside), 0);
    case 'mean':
      return tf.div(tf.sum(tf.mul(steps, mask), 0), tf.sum(mask, 0));
    case 'attention': {
      const keys = tf.tanh(
        dense(steps, scope.parameter('attention/kernel'), scope.parameter('attention/bias')),
      );
      const scores = tf.add(dense(keys, scope.parameter('attention/query')), outside);
      const weights = tf.exp(tf.sub(scores, tf.max(scores, 0, true)));
      return tf.div(tf.sum(tf.mul(steps, weights), 0), tf.sum(weights, 0));
    }
  }
}
