/**
 * Turns texts into token numbers for a neural model: whole words (word-vocabulary.ts), or pieces of words with the marks
 * that a BERT wants around them.
 */
export interface Tokeniser {
  /** Token numbers are 0 … size − 1. */
  readonly size: number;
  /** Fills a batch behind the end of a text. */
  readonly padding: number;
  /** At most `maxLength` tokens, from the beginning of the text; at least one, so that every text can be looked at. */
  encode(text: string, maxLength: number): number[];
}

/** Many texts as token numbers. Text i is `ids[offsets[i]] … ids[offsets[i + 1] − 1]`. */
export interface TokenRows {
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
}

/** Lets a long computation be interrupted: `rest` is awaited between texts whenever one is `due`. */
export interface Breather {
  due(): boolean;
  rest(): Promise<void>;
}

/** Encodes all texts. */
export async function encodeTexts(
  texts: readonly string[],
  tokeniser: Tokeniser,
  maxLength: number,
  breather: Breather,
): Promise<TokenRows> {
  const offsets = new Int32Array(texts.length + 1);
  let ids = new Int32Array(16 * texts.length + 16);
  let n = 0;
  for (const [i, text] of texts.entries()) {
    if (breather.due()) await breather.rest();
    const own = tokeniser.encode(text, maxLength);
    if (n + own.length > ids.length) ids = grown(ids, n + own.length);
    ids.set(own, n);
    n += own.length;
    offsets[i + 1] = n;
  }
  return { ids: ids.slice(0, n), offsets };
}

/** Tokens of each text. */
export function lengthsOf({ offsets }: TokenRows): Int32Array {
  return Int32Array.from({ length: offsets.length - 1 }, (_, i) => offsets[i + 1]! - offsets[i]!);
}

function grown(array: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * least);
  wider.set(array);
  return wider;
}
