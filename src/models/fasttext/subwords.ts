import { hashBytes, type WordList } from './vocabulary.ts';

export interface SubwordOptions {
  readonly minn: number;
  readonly maxn: number;
  readonly bucket: number;
}

/** Lists of rows, one a word: word i has `rows[starts[i] … starts[i + 1]]`. */
export interface RowLists {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
}

/**
 * The rows that stand for each word in the input: its own (if the dictionary has it), then its character n-grams,
 * hashed into the buckets behind the `nWords` words (Bojanowski et al. 2017). `</s>` has no n-grams, a label no rows.
 */
export function listWordRows(
  words: WordList,
  isLabel: Uint8Array,
  rowOf: Int32Array,
  nWords: number,
  options: SubwordOptions,
): RowLists {
  const size = words.hashes.length;
  const starts = new Int32Array(size + 1);
  const rows: number[] = [];
  const word = new Bytes();
  for (let id = 0; id < size; id++) {
    if (rowOf[id]! >= 0) rows.push(rowOf[id]!);
    if (options.maxn > 0 && isLabel[id] === 0) {
      word.wrap(words, id);
      if (!word.isEndOfLine()) pushSubwords(rows, word.view(), nWords, options);
    }
    starts[id + 1] = rows.length;
  }
  return { rows: Int32Array.from(rows), starts };
}

/**
 * n-grams of `minn` to `maxn` UTF-8 characters of `<word>`, every one but the two brackets themselves. A byte of the
 * form 10xxxxxx continues the character before it, so invalid UTF-8 has n-grams too.
 */
function pushSubwords(
  rows: number[],
  word: Uint8Array,
  nWords: number,
  { minn, maxn, bucket }: SubwordOptions,
): void {
  const length = word.length;
  for (let i = 0; i < length; i++) {
    if (isContinuation(word[i]!)) continue;
    let end = i;
    for (let n = 1; end < length && n <= maxn; n++) {
      end++;
      while (end < length && isContinuation(word[end]!)) end++;
      if (n < minn || (n === 1 && (i === 0 || end === length))) continue;
      rows.push(nWords + ((hashBytes(word, i, end) >>> 0) % bucket));
    }
  }
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** A reused buffer for `<word>`. */
class Bytes {
  #buffer = new Uint8Array(256);
  #length = 0;

  wrap({ bytes, starts }: WordList, id: number): void {
    const [start, end] = [starts[id]!, starts[id + 1]!];
    this.#length = end - start + 2;
    if (this.#length > this.#buffer.length) this.#buffer = new Uint8Array(2 * this.#length);
    this.#buffer[0] = 0x3c;
    this.#buffer.set(bytes.subarray(start, end), 1);
    this.#buffer[this.#length - 1] = 0x3e;
  }

  isEndOfLine(): boolean {
    return this.#length === 6 && Buffer.compare(this.view(), EOL_WRAPPED) === 0;
  }

  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}

const EOL_WRAPPED = Buffer.from('<</s>>');
