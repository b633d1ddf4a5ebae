import type { Dataset, Document } from '../../domain/dataset.ts';
import { type DatasetHandle, TrialFailure } from '../../domain/ports.ts';
import { type Corpus, Tokeniser } from './corpus.ts';
import { readCached, writeCached } from './corpus-cache.ts';
import { type LineOptions, labelWord, lineOfText } from './lines.ts';

/** A data set, normalised and tokenised: one line a document. */
export interface TextCorpus {
  readonly corpus: Corpus;
  /** Whether any document carries several labels. */
  readonly multiLabel: boolean;
  /** Labels that are written differently as fastText words: word (without prefix) to label. */
  readonly renamed: Readonly<Record<string, string>>;
}

/**
 * The corpus of a data set, from the cache where it is there, else made from the documents and put there. Depends on the
 * text and its normalisation only, so that a search reads its files as often as there are normalisations.
 */
export async function loadTextCorpus(
  handle: DatasetHandle,
  options: LineOptions,
  cacheDir: string | null,
): Promise<TextCorpus> {
  const identity = [handle.sha256, options.normalisation, options.labelPrefix];
  const cached = cacheDir === null ? null : await readCached(cacheDir, identity);
  if (cached !== null) return cached;
  const made = makeTextCorpus(await handle.read(), options);
  if (cacheDir !== null) await writeCached(cacheDir, identity, made);
  return made;
}

/** Documents are joined to blocks of about this many UTF-16 units before they become bytes. */
const BLOCK = 1 << 20;

export function makeTextCorpus(dataset: Dataset, options: LineOptions): TextCorpus {
  const renamed = renameLabels(dataset.labels, options.labelPrefix);
  const tokeniser = new Tokeniser(options.labelPrefix);
  let block = '';
  for (const document of dataset.documents) {
    block += lineOfDocument(document, options);
    if (block.length < BLOCK) continue;
    tokeniser.add(Buffer.from(block));
    block = '';
  }
  tokeniser.add(Buffer.from(block));
  return { corpus: tokeniser.finish(), multiLabel: dataset.multiLabel, renamed };
}

/** Labels first, then the text, as fastText files have it. */
function lineOfDocument({ labels, text }: Document, options: LineOptions): string {
  const words = labels.map((label) => labelWord(label, options.labelPrefix));
  return `${[...words, lineOfText(text, options)].join(' ')}\n`;
}

function renameLabels(labels: readonly string[], prefix: string): Record<string, string> {
  const labelOf = new Map<string, string>();
  for (const label of labels) {
    const word = labelWord(label, prefix).slice(prefix.length);
    if (labelOf.has(word)) {
      const both = `"${labelOf.get(word)}" and "${label}"`;
      throw new TrialFailure('bad-data', `labels ${both} are the same word for fastText, ${prefix}${word}`);
    }
    labelOf.set(word, label);
  }
  return Object.fromEntries([...labelOf].filter(([word, label]) => word !== label));
}
