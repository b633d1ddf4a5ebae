import type { Params } from '../../domain/distribution.ts';
import { NORMALISATIONS, type Normalisation } from '../../text/normalise.ts';
import type { RateSchedule } from '../neural/learning-rate.ts';
import { DECAYS } from '../neural/learning-rate.ts';
import { createParamReader, type ParamReader } from '../param-reader.ts';
import { EMBEDDINGS, LOSSES, LSTM_FALLBACKS, lstmDefaults, POOLINGS, type Pooling } from './search-space.ts';

/** The network's shape. */
export interface LstmShape {
  readonly embeddingDim: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly pooling: Pooling;
  /** Share of the words of a text that are dropped whole, 0–1. */
  readonly wordDropout: number;
  /** Before the first layer, between layers and before the output, 0–1. */
  readonly dropout: number;
}

/** What is minimised, before the labels are counted. */
export type LossChoice =
  | { readonly kind: 'crossEntropy'; readonly labelSmoothing: number; readonly balance: number }
  | { readonly kind: 'focal'; readonly gamma: number; readonly alpha: number };

/** A configuration, whole and checked. */
export interface LstmParams {
  readonly normalise: Normalisation;
  readonly minCount: number;
  readonly maxWords: number;
  readonly maxLength: number;
  readonly embeddings: (typeof EMBEDDINGS)[number];
  readonly shape: LstmShape;
  readonly batchSize: number;
  readonly epochs: number;
  readonly rate: RateSchedule;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly loss: LossChoice;
  /** Null: one stage. */
  readonly firstStage: FirstStage | null;
}

/** The stage on a balanced part of the texts, before the one on all. */
export interface FirstStage {
  readonly epochs: number;
  /** How many times as many texts of a label as of the rarest one. */
  readonly ratio: number;
  /** The second stage's highest learning rate, as a share of the first's. */
  readonly secondRate: number;
}

/**
 * Any set of the space's parameters, the rest as in the first defaults.
 * @throws {TrialFailure} a value that cannot be trained with
 */
export function parseLstmParams(params: Params): LstmParams {
  const read = createParamReader('lstm', params, { ...LSTM_FALLBACKS, ...lstmDefaults()[0] });
  return {
    normalise: read.choice('normalise', NORMALISATIONS),
    minCount: read.whole('minCount', 1),
    maxWords: read.whole('maxWords', 1, 2_000_000),
    maxLength: read.whole('maxLength', 1, 1024),
    embeddings: read.choice('embeddings', EMBEDDINGS),
    shape: readShape(read),
    batchSize: read.whole('batchSize', 1, 4096),
    epochs: read.whole('epochs', 1, 10_000),
    rate: {
      peak: positive(read, 'lr'),
      warmup: read.number('warmup', 0, 1),
      decay: read.choice('decay', DECAYS),
    },
    weightDecay: read.number('weightDecay', 0),
    clipNorm: positive(read, 'clipNorm'),
    loss: readLoss(read),
    firstStage: read.choice('twoStage', [true, false]) ? readFirstStage(read) : null,
  };
}

function readShape(read: ParamReader): LstmShape {
  return {
    embeddingDim: read.whole('embeddingDim', 1, 4096),
    hiddenSize: read.whole('hiddenSize', 1, 4096),
    layers: read.whole('layers', 1, 8),
    bidirectional: read.choice('bidirectional', [true, false]),
    pooling: read.choice('pooling', POOLINGS),
    wordDropout: read.number('wordDropout', 0, 0.95),
    dropout: read.number('dropout', 0, 0.95),
  };
}

function readLoss(read: ParamReader): LossChoice {
  const kind = read.choice('loss', LOSSES);
  switch (kind) {
    case 'crossEntropy':
      return {
        kind,
        labelSmoothing: read.number('labelSmoothing', 0, 0.99),
        balance: read.number('balance', 0, 10),
      };
    case 'focal':
      return { kind, gamma: read.number('focalGamma', 0, 100), alpha: read.number('focalAlpha', 0, 10) };
  }
}

function readFirstStage(read: ParamReader): FirstStage {
  return {
    epochs: read.whole('stage1Epochs', 1, 10_000),
    ratio: read.number('stage1Ratio', 1),
    secondRate: positive(read, 'stage2Rate'),
  };
}

/** Above nothing. The least double is none: a thread that runs ONNX Runtime may take it for 0. */
const positive = (read: ParamReader, name: string): number => read.number(name, 1e-12);
