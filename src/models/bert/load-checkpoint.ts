import { join } from 'node:path';
import type { ReadTokeniser } from '../../text/tokenizer-json.ts';
import { readShortText } from './checkpoint/range-file.ts';
import { refuseCheckpoint } from './checkpoint/refusal.ts';
import { type BertConfig, parseBertConfig } from './config.ts';
import { type LoadedWeights, loadBertWeights } from './load-weights.ts';
import { readTokeniserFiles } from './tokeniser-files.ts';

/** A Hugging Face folder of a BERT model without its weights: enough to look at texts and to plan. */
export interface BertDescription {
  readonly config: BertConfig;
  readonly tokeniser: ReadTokeniser;
}

export interface BertCheckpoint extends BertDescription, LoadedWeights {}

const MAX_CONFIG = 8 << 20;

/** @throws {UsageError} the configuration or the vocabulary is missing, damaged, or they do not fit each other */
export async function describeCheckpoint(dir: string): Promise<BertDescription> {
  const path = join(dir, 'config.json');
  const config = parseBertConfig(await readShortText(path, MAX_CONFIG), path);
  const tokeniser = await readTokeniserFiles(dir);
  const { tokens } = tokeniser.vocabulary;
  // Fewer tokens than rows are usual: sizes are rounded up.
  if (tokens.length > config.vocabSize) {
    refuseCheckpoint(
      dir,
      `has a vocabulary of ${tokens.length} tokens for ${config.vocabSize} word embeddings`,
      {
        fix: 'give the vocab.txt that came with the model',
      },
    );
  }
  return { config, tokeniser };
}

/** @throws {UsageError} see {@link describeCheckpoint} and {@link loadBertWeights} */
export async function loadCheckpoint(dir: string): Promise<BertCheckpoint> {
  const description = await describeCheckpoint(dir);
  return { ...description, ...(await loadBertWeights(dir, description.config)) };
}
