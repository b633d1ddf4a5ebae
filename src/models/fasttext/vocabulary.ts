/**
 * Distinct words as bytes, numbered in order of first appearance, with their counts. Words are bytes and not strings:
 * texts may hold invalid UTF-8, and two different invalid words must stay different.
 */
export interface WordList {
  /** All words, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Word i is `bytes[starts[i] … starts[i + 1]]`. */
  readonly starts: Int32Array<ArrayBuffer>;
  /** FNV-1a of each word, as int32. */
  readonly hashes: Int32Array<ArrayBuffer>;
  readonly counts: Float64Array<ArrayBuffer>;
}

/** FNV-1a as fastText takes it: bytes are sign-extended before they are mixed in. As int32. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) h = Math.imul(h ^ ((bytes[i]! << 24) >> 24), 16777619);
  return h;
}

/** A growing {@link WordList} with lookup: open addressing over the word's own hash. */
export class Vocabulary {
  #bytes = new Uint8Array(1 << 12);
  #starts = new Int32Array(1 << 8);
  #hashes = new Int32Array(1 << 8);
  #counts = new Float64Array(1 << 8);
  #slots = new Int32Array(1 << 10).fill(-1);
  #size = 0;

  static from(words: WordList): Vocabulary {
    const vocabulary = new Vocabulary();
    vocabulary.#bytes = words.bytes;
    vocabulary.#starts = words.starts;
    vocabulary.#hashes = words.hashes;
    vocabulary.#counts = words.counts;
    vocabulary.#size = words.hashes.length;
    vocabulary.#rehash();
    return vocabulary;
  }

  get size(): number {
    return this.#size;
  }

  /** The word's number, or −1. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    return this.#slots[this.#slotOf(bytes, start, end, hash)]!;
  }

  /** The word's number, a new one if need be; counts it once more. */
  add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slot = this.#slotOf(bytes, start, end, hash);
    const known = this.#slots[slot]!;
    if (known >= 0) {
      this.#counts[known]!++;
      return known;
    }
    const id = this.#append(bytes, start, end, hash);
    this.#slots[slot] = id;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  /** The words so far, trimmed copies. */
  toList(): WordList {
    return {
      bytes: this.#bytes.slice(0, this.#starts[this.#size]!),
      starts: this.#starts.slice(0, this.#size + 1),
      hashes: this.#hashes.slice(0, this.#size),
      counts: this.#counts.slice(0, this.#size),
    };
  }

  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    for (;;) {
      const id = this.#slots[slot]!;
      if (id < 0 || (this.#hashes[id] === hash && this.#equals(id, bytes, start, end))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#starts[id]!;
    if (this.#starts[id + 1]! - own !== end - start) return false;
    for (let i = start; i < end; i++) if (bytes[i] !== this.#bytes[own + i - start]) return false;
    return true;
  }

  #append(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.#size++;
    const at = this.#starts[id]!;
    if (at + end - start > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, new Uint8Array(2 * (at + end - start)));
    }
    if (id + 2 > this.#starts.length) {
      this.#starts = grown(this.#starts, new Int32Array(2 * id + 4));
      this.#hashes = grown(this.#hashes, new Int32Array(2 * id + 4));
      this.#counts = grown(this.#counts, new Float64Array(2 * id + 4));
    }
    for (let i = start; i < end; i++) this.#bytes[at + i - start] = bytes[i]!;
    this.#starts[id + 1] = at + end - start;
    this.#hashes[id] = hash;
    this.#counts[id] = 1;
    return id;
  }

  #rehash(): void {
    let capacity = 1 << 10;
    while (capacity < this.#size * 4) capacity *= 2;
    this.#slots = new Int32Array(capacity).fill(-1);
    for (let id = 0; id < this.#size; id++) {
      let slot = spread(this.#hashes[id]!) & (capacity - 1);
      while (this.#slots[slot]! >= 0) slot = (slot + 1) & (capacity - 1);
      this.#slots[slot] = id;
    }
  }
}

/** FNV's low bits are its weakest. */
const spread = (hash: number): number => hash ^ (hash >>> 15);

function grown<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
