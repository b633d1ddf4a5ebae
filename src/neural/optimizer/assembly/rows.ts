/**
 * Sums the gradients of equal rows, in the order in which they come, into the first of each; so the sums stand one after
 * another at `g` and their rows at `unique`. `slots` (int32 a row of the table) is −1 everywhere, before and after.
 * @returns how many different rows there are
 */
export function mergeRows(ids: usize, n: i32, width: i32, g: usize, slots: usize, unique: usize): i32 {
  const bytes = <usize>width << 2;
  let found = 0;
  for (let k = 0; k < n; k++) {
    const row = load<i32>(ids + (<usize>k << 2));
    const slot = slots + (<usize>row << 2);
    const from = g + <usize>k * bytes;
    const known = load<i32>(slot);
    if (known >= 0) {
      addRow(g + <usize>known * bytes, from, bytes);
      continue;
    }
    const to = g + <usize>found * bytes;
    if (to != from) memory.copy(to, from, bytes);
    store<i32>(slot, found);
    store<i32>(unique + (<usize>found << 2), row);
    found++;
  }
  for (let k = 0; k < found; k++) store<i32>(slots + (<usize>load<i32>(unique + (<usize>k << 2)) << 2), -1);
  return found;
}

function addRow(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
  }
}
