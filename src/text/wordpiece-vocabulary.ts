import { UsageError } from '../domain/errors.ts';

/** The pieces of a BERT vocabulary; a token's number is its row of the word embeddings. */
export interface WordPieceVocabulary {
  /** By number; '' where a number has no token. */
  readonly tokens: readonly string[];
  /** Numbers of pieces that begin a word, and, without their `##`, of those that continue one. */
  readonly beginnings: ReadonlyMap<string, number>;
  readonly continuations: ReadonlyMap<string, number>;
  /** Length of the longest piece, in UTF-16 units. */
  readonly longest: number;
  /** `[CLS]` and its like, by name. */
  readonly specials: ReadonlyMap<string, number>;
  readonly pad: number;
  readonly unk: number;
  readonly cls: number;
  readonly sep: number;
}

export const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const PREFIX = '##';

/**
 * @param tokens by number; of two that are equal the later counts, as in transformers
 * @param source names it in errors
 * @throws {UsageError} `[PAD]`, `[UNK]`, `[CLS]` or `[SEP]` is missing
 */
export function createVocabulary(tokens: readonly string[], source: string): WordPieceVocabulary {
  const beginnings = new Map<string, number>();
  const continuations = new Map<string, number>();
  let longest = 1;
  for (const [id, token] of tokens.entries()) {
    if (token === '') continue;
    const continues = token.startsWith(PREFIX) && token.length > PREFIX.length;
    if (continues) continuations.set(token.slice(PREFIX.length), id);
    // A word may begin with two # only where punctuation is not split, which BERT always does.
    else beginnings.set(token, id);
    longest = Math.max(longest, token.length);
  }
  const special = (name: string): number => {
    const id = beginnings.get(name);
    if (id !== undefined) return id;
    throw new UsageError(`${source} has no ${name}: it is no vocabulary of a BERT model.`, {
      details: [`${tokens.length} tokens`],
      fix: 'give the vocab.txt that came with the model',
    });
  };
  const named = SPECIAL_TOKENS.filter((name) => beginnings.has(name));
  return {
    tokens,
    beginnings,
    continuations,
    longest,
    specials: new Map(named.map((name) => [name, special(name)])),
    pad: special('[PAD]'),
    unk: special('[UNK]'),
    cls: special('[CLS]'),
    sep: special('[SEP]'),
  };
}

/** `vocab.txt`: a token a line, its number being the line's. @throws {UsageError} it is none */
export function parseVocabularyText(text: string, source: string): WordPieceVocabulary {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return createVocabulary(lines, source);
}

/** The text of a `vocab.txt`. */
export function formatVocabulary({ tokens }: WordPieceVocabulary): string {
  return `${tokens.join('\n')}\n`;
}

/** Whether a vocabulary knows capitals: one for lower-cased text has none beyond its `[CLS]`. */
export function hasCapitals({ tokens, specials }: WordPieceVocabulary): boolean {
  return tokens.some((token) => /\p{Lu}/u.test(token) && !/^\[.*\]$/.test(token) && !specials.has(token));
}
