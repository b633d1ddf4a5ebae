import type { Pace } from '../pace.ts';

/** Texts as numbers: every distinct token once, documents as runs of token numbers. */
export interface TokenCorpus {
  readonly tokens: readonly string[];
  readonly ids: Int32Array;
  /** Document d is `ids[offsets[d]] … ids[offsets[d + 1] − 1]`. */
  readonly offsets: Int32Array;
}

/** Splits normalised texts at white space. */
export async function tokenise(
  texts: readonly string[],
  normalise: (text: string) => string,
  pace: Pace,
): Promise<TokenCorpus> {
  const numbers = new Map<string, number>();
  const offsets = new Int32Array(texts.length + 1);
  let ids = new Int32Array(16 * texts.length + 16);
  let n = 0;
  for (const [document, text] of texts.entries()) {
    if (pace.due()) await pace.rest();
    for (const token of normalise(text).split(/\s+/u)) {
      if (token === '') continue;
      const id = numbers.get(token) ?? numbers.size;
      if (id === numbers.size) numbers.set(token, id);
      if (n === ids.length) ids = grown(ids);
      ids[n++] = id;
    }
    offsets[document + 1] = n;
  }
  return { tokens: [...numbers.keys()], ids: ids.slice(0, n), offsets };
}

/** The same numbers with room for twice as many. */
export function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * array.length);
  wider.set(array);
  return wider;
}
