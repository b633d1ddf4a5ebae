/**
 * Which rows of the input matrix a run touches. A matrix has a row for each bucket, two million of them by default,
 * while a corpus uses a small part: only used rows are kept in memory, numbered by first use, so that rows that are
 * used together lie together.
 */
export class RowMap {
  /** The official program draws initial values for the first tenth of the elements only (one thread); the rest is 0. */
  readonly randomElements: number;
  readonly #compactOf: Int32Array;
  readonly #nRows: number;
  readonly #dim: number;
  #originals = new Int32Array(1 << 10);
  #size = 0;
  #zeroRow = -1;

  constructor(nRows: number, dim: number) {
    this.#nRows = nRows;
    this.#dim = dim;
    this.randomElements = Math.floor((nRows * dim) / 10);
    this.#compactOf = new Int32Array(nRows).fill(-1);
  }

  /** Rows of the whole matrix. */
  get nRows(): number {
    return this.#nRows;
  }

  /** Compact rows so far. */
  get size(): number {
    return this.#size;
  }

  /** Matrix row of each compact row; −1 for the row of zeros. */
  get originals(): Int32Array {
    return this.#originals.subarray(0, this.#size);
  }

  /** The compact row for training or reading. */
  use = (row: number): number => {
    const known = this.#compactOf[row]!;
    if (known >= 0) return known;
    const compact = this.#append(row);
    this.#compactOf[row] = compact;
    return compact;
  };

  /** The compact row for reading only: all rows that were never trained and start as zeros are one. */
  look = (row: number): number => {
    if (this.#compactOf[row]! >= 0 || row * this.#dim < this.randomElements) return this.use(row);
    if (this.#zeroRow < 0) this.#zeroRow = this.#append(-1);
    return this.#zeroRow;
  };

  /** The compact row of a matrix row, or −1 when nobody used it. */
  compactOf(row: number): number {
    return this.#compactOf[row]!;
  }

  #append(row: number): number {
    if (this.#size === this.#originals.length) {
      const grown = new Int32Array(2 * this.#size);
      grown.set(this.#originals);
      this.#originals = grown;
    }
    this.#originals[this.#size] = row;
    return this.#size++;
  }
}
