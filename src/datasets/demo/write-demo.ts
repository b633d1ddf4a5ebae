import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Document } from '../../domain/dataset.ts';
import { UsageError } from '../../domain/errors.ts';
import { createRng, type Rng } from '../../domain/random.ts';
import { splitStratified } from '../stratified-split.ts';
import { writeDocuments } from '../write-documents.ts';
import { composeMessage } from './compose-message.ts';
import { TOPICS, type Topic } from './phrases.ts';
import { ENGLISH } from './phrases-en.ts';
import { RUSSIAN } from './phrases-ru.ts';
import { roughen } from './roughen.ts';

export const DEMO_DEFAULTS = { documents: 4000, seed: 0 } as const;

export interface DemoOptions {
  readonly documents?: number;
  readonly seed?: number;
}

export interface DemoFile {
  readonly path: string;
  readonly documents: number;
}

/** Share of each topic, in the order of {@link TOPICS}: imbalanced, as support mail is. */
const SHARES: Readonly<Record<Topic, number>> = {
  delivery: 0.27,
  payment: 0.23,
  account: 0.19,
  returns: 0.16,
  feedback: 0.125,
  fraud: 0.025,
};
const LABEL_NOISE = 0.03;
const RUSSIAN_SHARE = 0.55;
const PARTS = { train: 0.7, valid: 0.15, test: 0.15 };

/**
 * Writes made-up customer messages in Russian and English, each with one of six topics, as `train.txt`, `valid.txt` and
 * `test.txt` (fastText lines) and `test.csv`. The same seed gives the same bytes.
 */
export async function writeDemo(
  dir: string,
  { documents = DEMO_DEFAULTS.documents, seed = DEMO_DEFAULTS.seed }: DemoOptions = {},
): Promise<DemoFile[]> {
  if (!Number.isInteger(documents) || documents < 100) {
    throw new UsageError(`A demo set needs at least 100 documents, got ${documents}.`, {
      fix: `--documents ${DEMO_DEFAULTS.documents}`,
    });
  }
  await mkdir(dir, { recursive: true });
  const all = makeDemoDocuments(documents, createRng(seed, 0, 'demo'));
  const parts = splitStratified(all, Object.values(PARTS), createRng(seed, 0, 'demo-split'));
  const files: DemoFile[] = [];
  const write = async (
    name: string,
    format: 'fasttext' | 'csv',
    part: readonly Document[],
  ): Promise<void> => {
    const path = resolve(dir, name);
    files.push({ path, documents: (await writeDocuments(path, format, [part])).documents });
  };
  for (const [i, name] of Object.keys(PARTS).entries()) await write(`${name}.txt`, 'fasttext', parts[i]!);
  await write('test.csv', 'csv', parts[2]!);
  return files;
}

/** The messages in random order, with 3 % of the labels wrong. */
function makeDemoDocuments(n: number, rng: Rng): Document[] {
  return Array.from({ length: n }, () => {
    const topic = drawTopic(rng);
    const phrases = rng.uniform() < RUSSIAN_SHARE ? RUSSIAN : ENGLISH;
    const text = roughen(composeMessage(topic, phrases, rng), rng);
    // Wrong labels follow the shares: otherwise they would drown the rarest topic.
    return { text, labels: [rng.uniform() < LABEL_NOISE ? drawTopic(rng) : topic] };
  });
}

function drawTopic(rng: Rng): Topic {
  let left = rng.uniform();
  for (const topic of TOPICS) {
    left -= SHARES[topic];
    if (left < 0) return topic;
  }
  return TOPICS[0];
}
