import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded stream of random numbers. Every draw of a search comes from one of these. */
export interface Rng {
  /** In [0, 1). */
  uniform(): number;
  /** A whole number in [0, n). */
  integer(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** A permutation of 0 … n−1 (Fisher–Yates). */
  permutation(n: number): number[];
}

/**
 * The stream of one trial (or of any numbered purpose of a study): the same (seed, number, purpose) gives the same
 * draws in whatever process or order it is used, so a resumed or parallel search is the same search.
 */
export function createRng(seed: number, number: number, purpose = ''): Rng {
  const generator = xoroshiro128plus(mixSeed(seed, number, purpose));
  const uniform = (): number => uniformFloat64(generator);
  const integer = (n: number): number => uniformInt(generator, 0, n - 1);
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation: (n) => {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

/** 32-bit mix of the parts (Murmur3's finaliser), so that neighbouring numbers give unrelated streams. */
export function mixSeed(seed: number, number: number, purpose = ''): number {
  let h = mix32(seed | 0) ^ mix32(Math.floor(seed / 2 ** 32) | 0);
  h = mix32((h + Math.imul(number + 1, 0x9e3779b9)) | 0);
  for (const char of purpose) h = mix32(Math.imul(h, 31) + (char.codePointAt(0) ?? 0));
  return h | 0;
}

function mix32(x: number): number {
  let h = (x + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
