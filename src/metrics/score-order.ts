/**
 * Sorts positions of `scores` by falling score, equal scores by position, in place. Radix sort in two passes of 16 bits:
 * millions of (document, label) scores take a fraction of a second, which a comparison sort of indices does not.
 */
export function sortByFallingScore(scores: Float32Array, positions: Uint32Array): Uint32Array {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = Uint32Array.from(positions, (position) => fallingKey(bits[position]!));
  const spare = { keys: new Uint32Array(keys.length), positions: new Uint32Array(keys.length) };
  passRadix(keys, positions, spare.keys, spare.positions, 0);
  passRadix(spare.keys, spare.positions, keys, positions, 16);
  return positions;
}

/** Float bits as an integer that falls when the float rises: IEEE 754 floats of one sign order like their bits. */
function fallingKey(bits: number): number {
  return bits >>> 31 === 1 ? bits : ~bits & 0x7fffffff;
}

/** One stable counting sort by 16 bits of the keys, from the first two arrays into the last two. */
function passRadix(
  keys: Uint32Array,
  positions: Uint32Array,
  toKeys: Uint32Array,
  toPositions: Uint32Array,
  shift: 0 | 16,
): void {
  const starts = new Uint32Array(65537);
  for (const key of keys) starts[((key >>> shift) & 0xffff) + 1]!++;
  for (let digit = 0; digit < 65536; digit++) starts[digit + 1]! += starts[digit]!;
  for (let i = 0; i < keys.length; i++) {
    const target = starts[(keys[i]! >>> shift) & 0xffff]!++;
    toKeys[target] = keys[i]!;
    toPositions[target] = positions[i]!;
  }
}
