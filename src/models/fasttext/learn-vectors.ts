import { setImmediate } from 'node:timers/promises';
import { type DatasetHandle, TrialFailure } from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import type { Normalisation } from '../../text/normalise.ts';
import { completeArgs } from './args.ts';
import type { WordVectors } from './read-vectors.ts';
import { loadTextCorpus } from './text-corpus.ts';
import { planTraining, Training } from './training.ts';
import { wordVectors } from './vectors-file.ts';

export interface LearnOptions {
  readonly dim: number;
  readonly normalisation: Normalisation;
  readonly seed: number;
  readonly cacheDir: string | null;
  readonly signal: AbortSignal;
}

/** Row updates between two looks at the event loop: some milliseconds. */
const SLICE_ROWS = 20_000;

/**
 * Word vectors as a short training of a classifier on the same texts leaves them: words that speak for the same labels lie
 * near each other, and words are known by their parts (Bojanowski et al. 2017).
 */
export async function learnWordVectors(data: DatasetHandle, options: LearnOptions): Promise<WordVectors> {
  const { dim, normalisation, seed, cacheDir, signal } = options;
  const args = completeArgs({
    ...{ dim, epoch: 10, lr: 0.3, loss: 'ova', minn: 3, maxn: 5, bucket: 2 ** 17 },
    seed: Math.abs(seed) % 2 ** 31,
  });
  const { corpus } = await loadTextCorpus(data, { normalisation, labelPrefix: args.labelPrefix }, cacheDir);
  const nLines = corpus.lineStarts.length - 1;
  const order = Int32Array.from(createRng(seed, 0, 'vectors').permutation(nLines));
  const training = new Training(planTraining(corpus, args, order));
  while (!training.hasReached(1)) {
    if (!training.advance(1, SLICE_ROWS)) throw new TrialFailure('diverged', 'the word vectors overflowed');
    await setImmediate();
    signal.throwIfAborted();
  }
  const content = training.content();
  const vectorOf = wordVectors(content);
  const entries = content.words.map(
    ({ bytes }, i) => [Buffer.from(bytes).toString(), vectorOf(i).slice()] as const,
  );
  return { dim, vectors: new Map(entries) };
}
