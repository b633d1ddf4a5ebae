import { hashBytes, Vocabulary, type WordList } from './vocabulary.ts';

/** A tokenised text: what does not depend on any hyperparameter but the text's normalisation. */
export interface Corpus {
  /** Words and labels in order of first appearance. */
  readonly words: WordList;
  /** 1 for a label. */
  readonly isLabel: Uint8Array;
  /** Numbers of the words, line after line, the end-of-line word included. */
  readonly tokens: Int32Array;
  /** Line i is `tokens[lineStarts[i] … lineStarts[i + 1]]`. */
  readonly lineStarts: Int32Array;
}

/** The word that ends every line. */
export const END_OF_LINE = '</s>';
const EOL_BYTES = Buffer.from(END_OF_LINE);
const EOL_HASH = hashBytes(EOL_BYTES, 0, EOL_BYTES.length);
const NEWLINE = 10;

/** Space, line feed, carriage return, tab, vertical tab, form feed and NUL separate words. */
const SEPARATOR = new Uint8Array(256);
for (const code of [32, 10, 13, 9, 11, 12, 0]) SEPARATOR[code] = 1;

/**
 * Splits fastText lines into words. A line ends at a line feed, which counts as the word `</s>`, or after a literal
 * `</s>` among the words. A last line without a line feed has no `</s>`.
 */
export class Tokeniser {
  readonly #vocabulary = new Vocabulary();
  readonly #prefix: Buffer;
  readonly #labelIds: number[] = [];
  #tokens = new Int32Array(1 << 12);
  #length = 0;
  readonly #lineStarts = [0];

  constructor(labelPrefix: string) {
    this.#prefix = Buffer.from(labelPrefix);
  }

  /** @param bytes whole lines, but for the very last one */
  add(bytes: Uint8Array): void {
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      if (SEPARATOR[bytes[i]!] === 0) continue;
      if (i > start) this.#addWord(bytes, start, i);
      start = i + 1;
      if (bytes[i] === NEWLINE) this.#endLine(this.#vocabulary.add(EOL_BYTES, 0, EOL_BYTES.length, EOL_HASH));
    }
    if (bytes.length > start) this.#addWord(bytes, start, bytes.length);
  }

  finish(): Corpus {
    if (this.#length > this.#lineStarts.at(-1)!) this.#lineStarts.push(this.#length);
    const words = this.#vocabulary.toList();
    const isLabel = new Uint8Array(words.hashes.length);
    for (const id of this.#labelIds) isLabel[id] = 1;
    return {
      words,
      isLabel,
      tokens: this.#tokens.slice(0, this.#length),
      lineStarts: Int32Array.from(this.#lineStarts),
    };
  }

  #addWord(bytes: Uint8Array, start: number, end: number): void {
    const hash = hashBytes(bytes, start, end);
    const known = this.#vocabulary.size;
    const id = this.#vocabulary.add(bytes, start, end, hash);
    if (id === known && startsWith(bytes, start, end, this.#prefix)) this.#labelIds.push(id);
    if (hash === EOL_HASH && end - start === 4 && startsWith(bytes, start, end, EOL_BYTES)) this.#endLine(id);
    else this.#push(id);
  }

  #endLine(endOfLine: number): void {
    this.#push(endOfLine);
    this.#lineStarts.push(this.#length);
  }

  #push(id: number): void {
    if (this.#length === this.#tokens.length) {
      const grown = new Int32Array(2 * this.#length);
      grown.set(this.#tokens);
      this.#tokens = grown;
    }
    this.#tokens[this.#length++] = id;
  }
}

/** The corpus of a whole file's bytes. */
export function tokenise(bytes: Uint8Array, labelPrefix: string): Corpus {
  const tokeniser = new Tokeniser(labelPrefix);
  tokeniser.add(bytes);
  return tokeniser.finish();
}

function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}
