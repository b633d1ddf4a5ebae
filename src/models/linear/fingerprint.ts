/** A 64-bit hash under construction, changed in place so that hashing makes no garbage. */
export interface Fingerprint {
  a: number;
  b: number;
}

/** Kinds of features start from different values: the word "an" and the characters "an" are two features. */
export const KINDS = { word: 0x1b873593, char: 0x52dce729 } as const;

export function startFingerprint(into: Fingerprint, kind: number): void {
  into.a = kind ^ 0x811c9dc5;
  into.b = Math.imul(kind, 0x9e3779b1);
}

/** Takes in one more code point or lane: FNV-1a in one lane, a rotating multiplicative hash in the other. */
export function extendFingerprint(into: Fingerprint, value: number): void {
  into.a = Math.imul(into.a ^ value, 0x01000193);
  into.b = Math.imul(((into.b << 5) | (into.b >>> 27)) ^ value, 0x9e3779b1);
}

/** Spreads the bits of both lanes (Murmur3's finaliser), which the table's slots and further mixing rely on. */
export function mixLane(lane: number): number {
  let h = lane ^ (lane >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
