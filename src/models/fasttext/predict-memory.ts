import type { Params } from '../../domain/distribution.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { strideOf } from './kernel-layout.ts';

/** Rough facts of texts: words of a document, distinct words it adds, character n-grams of a word and length step. */
const WORDS = 40;
const NEW_WORDS = 8;
const NODE_BYTES = 120 * 2 ** 20;

/** Peak bytes of a training, from above for usual texts: only rows in use are in memory. */
export function predictMemory(params: Params, { nDocuments, nLabels }: SpaceContext): number {
  const value = (name: string, otherwise: number): number =>
    typeof params[name] === 'number' ? (params[name] as number) : otherwise;
  const wordRows = nDocuments * NEW_WORDS;
  const wordNgrams = nDocuments * WORDS * (value('wordNgrams', 1) - 1);
  const perWord = value('minn', 0) > 0 ? 8 * (1 + value('maxnExtra', 0)) : 0;
  const bucket = wordNgrams + perWord > 0 ? value('bucket', 2_000_000) : 0;
  const hashedRows = Math.min(bucket, wordNgrams + wordRows * perWord);
  const rowBytes = strideOf(value('dim', 100)) * 4;
  const lineBytes = nDocuments * WORDS * (1 + perWord) * 4 + wordNgrams * 4;
  return NODE_BYTES + (wordRows + hashedRows + nLabels) * rowBytes + 3 * lineBytes + bucket * 4;
}
