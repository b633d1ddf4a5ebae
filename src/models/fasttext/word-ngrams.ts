/**
 * Hashes of word n-grams. h starts as the first word's hash; each further word makes h ← h · 116049371 + hash, in 64 bits
 * and with the 32-bit hashes sign-extended. JavaScript has no fast 64-bit integers, so h lives in two uint32 halves,
 * and products are taken in pieces that a double holds exactly.
 */
const FACTOR = 116049371;
const TWO_32 = 2 ** 32;

/** Calls `push` with the bucket of every n-gram of 2 … `wordNgrams` words, in fastText's order. */
export function forEachWordNgram(
  hashes: Int32Array,
  count: number,
  { wordNgrams, bucket }: { readonly wordNgrams: number; readonly bucket: number },
  push: (bucketIndex: number) => void,
): void {
  for (let i = 0; i < count; i++) {
    let low = hashes[i]! >>> 0;
    let high = hashes[i]! < 0 ? 0xffffffff : 0;
    const end = Math.min(count, i + wordNgrams);
    for (let j = i + 1; j < end; j++) {
      const hash = hashes[j]!;
      const p0 = (low & 0xffff) * FACTOR;
      const p1 = (low >>> 16) * FACTOR;
      const sum = p0 + (p1 % 65536) * 65536 + (hash >>> 0);
      const carry = Math.floor(p1 / 65536) + Math.floor(sum / TWO_32) + (hash < 0 ? 0xffffffff : 0);
      high = ((Math.imul(high, FACTOR) >>> 0) + carry) % TWO_32;
      low = sum % TWO_32;
      push(remainder(high, low, bucket));
    }
  }
}

/** (high · 2³² + low) mod n, for n below 2³¹. */
function remainder(high: number, low: number, n: number): number {
  if ((n & (n - 1)) === 0) return (low & (n - 1)) >>> 0;
  let r = modulo(high, n);
  r = modulo(r * 65536 + Math.floor(low / 65536), n);
  return modulo(r * 65536 + (low % 65536), n);
}

/** x mod n by multiplication: `%` on doubles beyond int32 is several times slower. */
function modulo(x: number, n: number): number {
  const r = x - Math.floor(x / n) * n;
  return r < 0 ? r + n : r >= n ? r - n : r;
}
