import type { BertConfig } from './config.ts';

/** Name in a Hugging Face checkpoint of an encoder → shape; a matrix is [out, in]. */
export type WeightShapes = ReadonlyMap<string, readonly number[]>;

/** All tensors of the encoder without the pooler, in the order of `transformers`. */
export function encoderShapes(config: BertConfig): WeightShapes {
  const { hiddenSize: hidden } = config;
  return new Map([
    ['embeddings.word_embeddings.weight', [config.vocabSize, hidden]],
    ['embeddings.position_embeddings.weight', [config.maxPositions, hidden]],
    ['embeddings.token_type_embeddings.weight', [config.typeVocabSize, hidden]],
    ...normShapes('embeddings.LayerNorm', hidden),
    ...Array.from({ length: config.layers }, (_, i) => layerShapes(`encoder.layer.${i}`, config)).flat(),
  ]);
}

/** The dense layer over `[CLS]` that BERT was trained with; some checkpoints come without. */
export function poolerShapes({ hiddenSize }: BertConfig): WeightShapes {
  return new Map(denseShapes('pooler.dense', hiddenSize, hiddenSize));
}

/** The layer from the pooled output to the labels. */
export function classifierShapes({ hiddenSize }: BertConfig, nLabels: number): WeightShapes {
  return new Map(denseShapes('classifier', hiddenSize, nLabels));
}

type Entry = readonly [string, readonly number[]];

function layerShapes(layer: string, { hiddenSize: hidden, intermediateSize }: BertConfig): readonly Entry[] {
  return [
    ...['query', 'key', 'value'].flatMap((part) =>
      denseShapes(`${layer}.attention.self.${part}`, hidden, hidden),
    ),
    ...denseShapes(`${layer}.attention.output.dense`, hidden, hidden),
    ...normShapes(`${layer}.attention.output.LayerNorm`, hidden),
    ...denseShapes(`${layer}.intermediate.dense`, hidden, intermediateSize),
    ...denseShapes(`${layer}.output.dense`, intermediateSize, hidden),
    ...normShapes(`${layer}.output.LayerNorm`, hidden),
  ];
}

const denseShapes = (name: string, from: number, to: number): readonly Entry[] => [
  [`${name}.weight`, [to, from]],
  [`${name}.bias`, [to]],
];

const normShapes = (name: string, size: number): readonly Entry[] => [
  [`${name}.weight`, [size]],
  [`${name}.bias`, [size]],
];

/** The name without the prefix of a model with a head, and with the newer names of a LayerNorm's two vectors. */
export function canonicalName(name: string): string {
  return name
    .replace(/^bert\./, '')
    .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
    .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

/** Constant buffers that older versions saved, and the heads of other tasks than ours. */
export const isIgnored = (name: string): boolean =>
  /^embeddings\.(position_ids|token_type_ids)$/.test(name) || /^(cls|qa_outputs)\./.test(name);
