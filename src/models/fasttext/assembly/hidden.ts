// The hidden layer: the mean of a line's rows, and what is learnt added to them.
import { gradient, hidden, inputs, strideBytes } from './layout';

/** hidden = mean of the rows, summed in their order. */
export function averageRows(ids: usize, count: i32): void {
  const scale = f32x4.splat(<f32>(1.0 / <f64>count));
  const end = ids + (<usize>count << 2);
  const width = strideBytes;
  if (width <= 64) averageNarrow(ids, end, width, scale);
  else averageWide(ids, end, width, scale);
}

/** Up to 16 dimensions: the sums stay in registers. Reads past a narrower row hit the next one and are not kept. */
function averageNarrow(ids: usize, end: usize, width: u32, scale: v128): void {
  const base = inputs;
  const to = hidden;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  if (width <= 32) {
    for (; ids < end; ids += 4) {
      const row = base + load<u32>(ids) * width;
      a = f32x4.add(a, v128.load(row));
      b = f32x4.add(b, v128.load(row, 16));
    }
  } else {
    for (; ids < end; ids += 4) {
      const row = base + load<u32>(ids) * width;
      a = f32x4.add(a, v128.load(row));
      b = f32x4.add(b, v128.load(row, 16));
      c = f32x4.add(c, v128.load(row, 32));
      d = f32x4.add(d, v128.load(row, 48));
    }
  }
  v128.store(to, f32x4.mul(a, scale));
  if (width > 16) v128.store(to, f32x4.mul(b, scale), 16);
  if (width > 32) v128.store(to, f32x4.mul(c, scale), 32);
  if (width > 48) v128.store(to, f32x4.mul(d, scale), 48);
}

/** Four rows a pass: one load and store of the sum for four additions. */
function averageWide(ids: usize, end: usize, width: u32, scale: v128): void {
  const base = inputs;
  const to = hidden;
  memory.fill(to, 0, width);
  for (; ids + 16 <= end; ids += 16) {
    const p = base + load<u32>(ids) * width;
    const q = base + load<u32>(ids, 4) * width;
    const r = base + load<u32>(ids, 8) * width;
    const s = base + load<u32>(ids, 12) * width;
    for (let j: u32 = 0; j < width; j += 16) {
      let sum = f32x4.add(v128.load(to + j), v128.load(p + j));
      sum = f32x4.add(sum, v128.load(q + j));
      sum = f32x4.add(sum, v128.load(r + j));
      v128.store(to + j, f32x4.add(sum, v128.load(s + j)));
    }
  }
  for (; ids < end; ids += 4) {
    const p = base + load<u32>(ids) * width;
    for (let j: u32 = 0; j < width; j += 16) {
      v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(p + j)));
    }
  }
  for (let j: u32 = 0; j < width; j += 16) v128.store(to + j, f32x4.mul(v128.load(to + j), scale));
}

/** Every row of the line += gradient; a row that occurs twice gets it twice. */
export function addGradient(ids: usize, count: i32): void {
  const base = inputs;
  const width = strideBytes;
  const from = gradient;
  const end = ids + (<usize>count << 2);
  if (width == 48) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    for (; ids < end; ids += 4) {
      const row = base + load<u32>(ids) * width;
      v128.store(row, f32x4.add(v128.load(row), a));
      v128.store(row, f32x4.add(v128.load(row, 16), b), 16);
      v128.store(row, f32x4.add(v128.load(row, 32), c), 32);
    }
    return;
  }
  const wide = width & ~63;
  for (; ids < end; ids += 4) {
    const row = base + load<u32>(ids) * width;
    let j: u32 = 0;
    for (; j < wide; j += 64) {
      const p = row + j;
      const g = from + j;
      v128.store(p, f32x4.add(v128.load(p), v128.load(g)));
      v128.store(p, f32x4.add(v128.load(p, 16), v128.load(g, 16)), 16);
      v128.store(p, f32x4.add(v128.load(p, 32), v128.load(g, 32)), 32);
      v128.store(p, f32x4.add(v128.load(p, 48), v128.load(g, 48)), 48);
    }
    for (; j < width; j += 16) v128.store(row + j, f32x4.add(v128.load(row + j), v128.load(from + j)));
  }
}
