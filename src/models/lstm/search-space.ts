import type { Params } from '../../domain/distribution.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import { NORMALISATIONS } from '../../text/normalise.ts';
import { DECAYS } from '../neural/learning-rate.ts';

/** How the steps of a text become one vector. */
export const POOLINGS = ['max', 'mean', 'last', 'attention'] as const;
export type Pooling = (typeof POOLINGS)[number];

/** What the word vectors begin as: drawn at random, or learned by fastText from the same training texts. */
export const EMBEDDINGS = ['random', 'fasttext'] as const;

export const LOSSES = ['crossEntropy', 'focal'] as const;

export function lstmSpace(): SearchSpace {
  const twoStage = { when: { twoStage: [true] } };
  return {
    normalise: { type: 'categorical', choices: [...NORMALISATIONS] },
    minCount: { type: 'int', low: 1, high: 4 },
    embeddings: { type: 'categorical', choices: [...EMBEDDINGS] },
    embeddingDim: { type: 'int', low: 32, high: 200, log: true },
    hiddenSize: { type: 'int', low: 32, high: 192, log: true },
    layers: { type: 'int', low: 1, high: 2 },
    bidirectional: { type: 'categorical', choices: [true, false] },
    pooling: { type: 'categorical', choices: [...POOLINGS] },
    wordDropout: { type: 'float', low: 0, high: 0.4 },
    dropout: { type: 'float', low: 0, high: 0.6 },
    lr: { type: 'float', low: 5e-4, high: 2e-2, log: true },
    batchSize: { type: 'int', low: 16, high: 96, log: true },
    epochs: { type: 'int', low: 4, high: 24, log: true },
    warmup: { type: 'float', low: 0, high: 0.2 },
    weightDecay: { type: 'float', low: 1e-5, high: 0.3, log: true },
    clipNorm: { type: 'float', low: 0.3, high: 5, log: true },
    loss: { type: 'categorical', choices: [...LOSSES] },
    labelSmoothing: { type: 'float', low: 0, high: 0.2, when: { loss: ['crossEntropy'] } },
    balance: { type: 'float', low: 0, high: 1, when: { loss: ['crossEntropy'] } },
    focalGamma: { type: 'float', low: 0.5, high: 4, when: { loss: ['focal'] } },
    focalAlpha: { type: 'float', low: 0, high: 1, when: { loss: ['focal'] } },
    twoStage: { type: 'categorical', choices: [false, true] },
    stage1Epochs: { type: 'int', low: 1, high: 12, log: true, ...twoStage },
    stage1Ratio: { type: 'float', low: 1, high: 8, log: true, ...twoStage },
    stage2Rate: { type: 'float', low: 0.1, high: 1, log: true, ...twoStage },
  };
}

/** Searched where they are named: what the data seldom asks for. */
export const LSTM_OPTIONAL: SearchSpace = {
  maxLength: { type: 'int', low: 16, high: 512, log: true },
  maxWords: { type: 'int', low: 1000, high: 200_000, log: true },
  decay: { type: 'categorical', choices: [...DECAYS] },
};

/** What optional parameters and those of untaken ways are where nobody says. */
export const LSTM_FALLBACKS: Params = {
  maxLength: 128,
  maxWords: 50_000,
  decay: 'linear',
  labelSmoothing: 0.05,
  balance: 0,
  focalGamma: 2,
  focalAlpha: 0,
  stage1Epochs: 4,
  stage1Ratio: 2,
  stage2Rate: 0.5,
};

const PLAIN: Params = {
  normalise: 'lp',
  minCount: 1,
  embeddings: 'random',
  embeddingDim: 100,
  hiddenSize: 96,
  layers: 1,
  bidirectional: true,
  pooling: 'max',
  wordDropout: 0.1,
  dropout: 0.3,
  lr: 4e-3,
  batchSize: 32,
  epochs: 10,
  warmup: 0.05,
  weightDecay: 0.01,
  clipNorm: 1,
  loss: 'crossEntropy',
  labelSmoothing: 0.05,
  balance: 0,
  twoStage: false,
};

/** A bidirectional LSTM as most papers have it, then what has been good on sets of several kinds. */
export function lstmDefaults(): readonly Params[] {
  return [PLAIN];
}
