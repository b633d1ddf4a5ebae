import { parseObject } from '../../text/tokenizer-json.ts';
import { quoteName, refuseCheckpoint } from './checkpoint/refusal.ts';

/** The shape of a BERT encoder, with the names of its `config.json` in camelCase. */
export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** Longest text, in pieces. */
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly layerNormEps: number;
  readonly activation: Activation;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Deviation of weights that are made anew. */
  readonly initializerRange: number;
}

/** `gelu`: by the error function, as BERT was trained; the others are what its relatives use. */
export const ACTIVATIONS = ['gelu', 'gelu_new', 'relu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Beyond any model: a hostile file must not make loops endless or sizes overflow. */
const MAX = { vocab: 4_000_000, hidden: 65_536, layers: 1_000, positions: 1_000_000 };

/** @param source names the file in errors. @throws {CheckpointError} no BERT, or not one that is supported */
export function parseBertConfig(text: string, source: string): BertConfig {
  const fields = parseObject(text, source);
  assertBert(fields, source);
  const read = createReader(fields, source);
  const config: BertConfig = {
    vocabSize: read.whole('vocab_size', MAX.vocab),
    hiddenSize: read.whole('hidden_size', MAX.hidden),
    layers: read.whole('num_hidden_layers', MAX.layers),
    heads: read.whole('num_attention_heads', MAX.hidden),
    intermediateSize: read.whole('intermediate_size', 4 * MAX.hidden),
    maxPositions: read.whole('max_position_embeddings', MAX.positions),
    typeVocabSize: read.whole('type_vocab_size', MAX.positions),
    layerNormEps: read.number('layer_norm_eps', { otherwise: 1e-12, below: 1 }),
    activation: read.activation(),
    hiddenDropout: read.number('hidden_dropout_prob', { otherwise: 0.1, below: 1 }),
    attentionDropout: read.number('attention_probs_dropout_prob', { otherwise: 0.1, below: 1 }),
    initializerRange: read.number('initializer_range', { otherwise: 0.02, below: 10 }),
  };
  if (config.hiddenSize % config.heads !== 0) {
    refuseCheckpoint(
      source,
      `divides hidden_size ${config.hiddenSize} among ${config.heads} heads, which leaves a rest`,
    );
  }
  return config;
}

/** The fields of `config.json` that say the same. */
export function formatBertConfig(config: BertConfig): Readonly<Record<string, string | number>> {
  return {
    model_type: 'bert',
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    hidden_act: config.activation,
    hidden_dropout_prob: config.hiddenDropout,
    attention_probs_dropout_prob: config.attentionDropout,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.typeVocabSize,
    layer_norm_eps: config.layerNormEps,
    initializer_range: config.initializerRange,
    position_embedding_type: 'absolute',
    torch_dtype: 'float32',
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Relatives of BERT have the same keys and mean other computations by them. */
function assertBert(fields: Fields, source: string): void {
  const asked: readonly (readonly [string, unknown])[] = [
    ['model_type', 'bert'],
    ['position_embedding_type', 'absolute'],
    ['is_decoder', false],
    ['add_cross_attention', false],
  ];
  for (const [key, value] of asked) {
    const found = fields[key] ?? value;
    if (found === value) continue;
    refuseCheckpoint(
      source,
      `has ${key} ${quoteName(JSON.stringify(found))}; supported is ${JSON.stringify(value)}`,
      {
        fix: 'give the checkpoint of a BERT encoder',
      },
    );
  }
}

function createReader(fields: Fields, source: string) {
  const refuse = (key: string, expected: string): never =>
    refuseCheckpoint(
      source,
      `needs a ${key} that is ${expected}, not ${quoteName(JSON.stringify(fields[key]))}`,
    );
  return {
    whole(key: string, max: number): number {
      const value = fields[key];
      if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value;
      return refuse(key, `a whole number from 1 to ${max}`);
    },
    number(
      key: string,
      { otherwise, below }: { readonly otherwise: number; readonly below: number },
    ): number {
      const value = fields[key] ?? otherwise;
      if (typeof value === 'number' && value >= 0 && value < below) return value;
      return refuse(key, `a number from 0 to below ${below}`);
    },
    activation(): Activation {
      const value = fields['hidden_act'] ?? 'gelu';
      return (
        ACTIVATIONS.find((known) => known === value) ?? refuse('hidden_act', `of ${ACTIVATIONS.join(', ')}`)
      );
    },
  };
}
