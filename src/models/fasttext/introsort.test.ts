import t from 'tap';
import { introsort } from './introsort.ts';

/** A sequence on which median-of-three quicksort goes quadratic (Musser 1997), so that heapsort takes over. */
function killerSequence(n: number): Int32Array {
  const keys = new Int32Array(n);
  const half = n / 2;
  for (let i = 1; i <= half; i++) {
    if (i % 2 === 1) {
      keys[i - 1] = i;
      keys[i] = half + i;
    }
    keys[half + i - 1] = 2 * i;
  }
  return keys;
}

/** FNV-style hash of the order. */
const hashOf = (order: Int32Array): number =>
  order.reduce((hash, index) => Math.imul(hash ^ index, 16777619), 0x811c9dc5 | 0) >>> 0;

t.test('the order of equals is the one of GNU’s std::sort', async (t) => {
  const keys = killerSequence(4096);
  // Hashes printed by a C++ program that sorts the same with std::sort (GCC on x86-64).
  for (const [divisor, expected] of [
    [1, 1756261829],
    [7, 1532669723],
  ] as const) {
    const order = Int32Array.from(keys, (_, i) => i);
    introsort(order, (a, b) => Math.floor(keys[a]! / divisor) < Math.floor(keys[b]! / divisor));
    t.equal(hashOf(order), expected);
  }
});

t.test('short and empty arrays are sorted too', async (t) => {
  for (let n = 0; n < 40; n++) {
    const items = Int32Array.from({ length: n }, (_, i) => (i * 17) % 23);
    introsort(items, (a, b) => a > b);
    t.same(
      [...items],
      [...items].sort((a, b) => b - a),
    );
  }
});
