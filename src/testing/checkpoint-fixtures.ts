import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '../domain/random.ts';
import { type NamedTensor, writeSafetensors } from '../models/bert/checkpoint/write-safetensors.ts';
import { type BertConfig, formatBertConfig } from '../models/bert/config.ts';
import { encoderShapes, poolerShapes } from '../models/bert/weight-names.ts';
import { SPECIAL_TOKENS } from '../text/wordpiece-vocabulary.ts';

/** A BERT of a few hundred numbers. */
export const TINY_CONFIG: BertConfig = {
  vocabSize: 12,
  hiddenSize: 4,
  layers: 1,
  heads: 2,
  intermediateSize: 6,
  maxPositions: 16,
  typeVocabSize: 2,
  layerNormEps: 1e-12,
  activation: 'gelu',
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
  initializerRange: 0.02,
};

export const TINY_TOKENS = [...SPECIAL_TOKENS, 'a', 'b', '##c', 'Й', 'о', '##д'];

/** Normal numbers, the same for the same seed. */
export function tinyTensors(config: BertConfig = TINY_CONFIG, seed = 1): NamedTensor[] {
  const rng = createRng(seed, 0, 'checkpoint');
  return [...encoderShapes(config), ...poolerShapes(config)].map(([name, shape]) => ({
    name,
    shape,
    values: Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => 0.02 * rng.normal()),
  }));
}

export interface TinyCheckpoint {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tokens?: readonly string[];
  /** Null: the folder has no model.safetensors. */
  readonly tensors?: readonly NamedTensor[] | null;
}

/** A folder as Hugging Face lays it out. */
export async function writeTinyCheckpoint(
  dir: string,
  {
    config = formatBertConfig(TINY_CONFIG),
    tokens = TINY_TOKENS,
    tensors = tinyTensors(),
  }: TinyCheckpoint = {},
): Promise<string> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  writeFileSync(join(dir, 'vocab.txt'), `${tokens.join('\n')}\n`);
  if (tensors !== null) await writeSafetensors(join(dir, 'model.safetensors'), tensors);
  return dir;
}

/** A safetensors file of any header, true or not. */
export function safetensorsBytes(header: unknown, data: Uint8Array = new Uint8Array()): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}
