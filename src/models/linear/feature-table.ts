/**
 * Numbers features 0, 1, 2 … by a 64-bit fingerprint (two 32-bit lanes) instead of their text: an n-gram costs 8 bytes
 * whatever its length, no string is ever cut out of a text, and the saved vocabulary is as small. Two of a million
 * n-grams share a fingerprint with a probability of about 3·10⁻⁸, and then merely share a weight.
 */
export interface FeatureTable {
  readonly size: number;
  /** The feature's number, or −1. */
  find(a: number, b: number): number;
  /** The feature's number, a new one if need be; −1 when it is new and the table is full. */
  add(a: number, b: number): number;
  /** The fingerprints so far, two lanes a feature, in the order of their numbers. */
  fingerprints(): Int32Array;
}

const SPARE = 2;

/** @param limit most features that `add` will number. */
export function createFeatureTable(limit: number, expected = 1 << 12): FeatureTable {
  let size = 0;
  let lanes = new Int32Array(2 * expected);
  let slots = new Int32Array(slotsFor(expected));

  /** The slot that holds the fingerprint, or the empty one where it belongs. */
  const locate = (a: number, b: number): number => {
    const mask = slots.length - 1;
    let slot = (a ^ (b >>> 7)) & mask;
    for (;;) {
      const feature = slots[slot]! - 1;
      if (feature < 0 || (lanes[2 * feature] === a && lanes[2 * feature + 1] === b)) return slot;
      slot = (slot + 1) & mask;
    }
  };
  const grow = (): void => {
    const wider = new Int32Array(2 * lanes.length);
    wider.set(lanes);
    lanes = wider;
    slots = new Int32Array(slotsFor(lanes.length / 2));
    for (let feature = 0; feature < size; feature++) {
      slots[locate(lanes[2 * feature]!, lanes[2 * feature + 1]!)] = feature + 1;
    }
  };

  return {
    get size() {
      return size;
    },
    find: (a, b) => slots[locate(a, b)]! - 1,
    add(a, b) {
      const slot = locate(a, b);
      if (slots[slot] !== 0) return slots[slot]! - 1;
      if (size === limit) return -1;
      lanes[2 * size] = a;
      lanes[2 * size + 1] = b;
      slots[slot] = ++size;
      if (2 * size === lanes.length) grow();
      return size - 1;
    },
    fingerprints: () => lanes.slice(0, 2 * size),
  };
}

/** A power of two that keeps at most half of the slots taken, so that probes stay short. */
function slotsFor(features: number): number {
  return 2 ** Math.ceil(Math.log2(SPARE * Math.max(features, 8)));
}
