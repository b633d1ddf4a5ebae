// Dot products of output rows with the hidden layer. Each sum runs over the dimensions in order; the lanes are four rows.
import { hidden, nLabels, outputs, scores, strideBytes } from './layout';

/** scores = output matrix · hidden; each sum runs over the dimensions in order. */
export function multiplyOutputs(): void {
  const width = strideBytes;
  const blockBytes = width << 2;
  const end = scores + (<usize>((nLabels + 3) & ~3) << 2);
  let w = outputs;
  let to = scores;
  for (; to + 32 <= end; to += 32) {
    dotEight(w, w + blockBytes, width, to);
    w += blockBytes << 1;
  }
  if (to < end) dotFour(w, width, to);
}

function dotFour(w: usize, width: u32, to: usize): void {
  const h = hidden;
  let sum = f32x4.splat(0);
  for (let j: u32 = 0; j < width; j += 16) sum = addFour(sum, w + j, width, h + j);
  v128.store(to, sum);
}

/** Two blocks at once: two independent chains of additions. */
function dotEight(w: usize, v: usize, width: u32, to: usize): void {
  const h = hidden;
  let sum = f32x4.splat(0);
  let other = sum;
  for (let j: u32 = 0; j < width; j += 16) {
    sum = addFour(sum, w + j, width, h + j);
    other = addFour(other, v + j, width, h + j);
  }
  v128.store(to, sum);
  v128.store(to, other, 16);
}

/** to = dot products of `n` rows of the output matrix, in eights: what is behind the n-th is padding. */
export function dotRows(ids: usize, n: i32, to: usize): void {
  const last = ids + (<usize>n << 2) - 4;
  for (; ids <= last; ids += 32) {
    if (ids + 16 <= last) dotEightRows(ids, last, to);
    else dotFourRows(ids, last, to);
    to += 32;
  }
}

function dotFourRows(ids: usize, last: usize, to: usize): void {
  const width = strideBytes;
  const h = hidden;
  const a = rowAt(ids, last);
  const b = rowAt(ids + 4, last);
  const c = rowAt(ids + 8, last);
  const d = rowAt(ids + 12, last);
  let sum = f32x4.splat(0);
  for (let j: u32 = 0; j < width; j += 16) {
    sum = addTransposed(sum, v128.load(a + j), v128.load(b + j), v128.load(c + j), v128.load(d + j), h + j);
  }
  v128.store(to, sum);
}

function dotEightRows(ids: usize, last: usize, to: usize): void {
  const width = strideBytes;
  const h = hidden;
  const a = rowAt(ids, last);
  const b = rowAt(ids + 4, last);
  const c = rowAt(ids + 8, last);
  const d = rowAt(ids + 12, last);
  const p = rowAt(ids + 16, last);
  const q = rowAt(ids + 20, last);
  const r = rowAt(ids + 24, last);
  const s = rowAt(ids + 28, last);
  let sum = f32x4.splat(0);
  let other = sum;
  for (let j: u32 = 0; j < width; j += 16) {
    sum = addTransposed(sum, v128.load(a + j), v128.load(b + j), v128.load(c + j), v128.load(d + j), h + j);
    other = addTransposed(other, v128.load(p + j), v128.load(q + j), v128.load(r + j), v128.load(s + j), h + j);
  }
  v128.store(to, sum);
  v128.store(to, other, 16);
}

// @ts-expect-error: decorator
@inline
function rowAt(id: usize, last: usize): usize {
  return outputs + load<u32>(min(id, last)) * strideBytes;
}

// @ts-expect-error: decorator
@inline
function addFour(sum: v128, w: usize, width: u32, h: usize): v128 {
  const a = v128.load(w);
  const b = v128.load(w + width);
  const c = v128.load(w + width * 2);
  const d = v128.load(w + width * 3);
  return addTransposed(sum, a, b, c, d, h);
}

/** Adds four dimensions of four rows' dot products: a 4 × 4 transposition, then one multiply-add a dimension. */
// @ts-expect-error: decorator
@inline
function addTransposed(sum: v128, a: v128, b: v128, c: v128, d: v128, h: usize): v128 {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ba = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const dc = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.load32_splat(h)));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), v128.load32_splat(h, 4)));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ba, dc, 0, 1, 4, 5), v128.load32_splat(h, 8)));
  return f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ba, dc, 2, 3, 6, 7), v128.load32_splat(h, 12)));
}

/** One row's product. */
export function dotRow(row: usize): f32 {
  const end = row + strideBytes;
  let h = hidden;
  let sum: f32 = 0;
  for (; row < end; row += 16) {
    sum += load<f32>(row) * load<f32>(h);
    sum += load<f32>(row, 4) * load<f32>(h, 4);
    sum += load<f32>(row, 8) * load<f32>(h, 8);
    sum += load<f32>(row, 12) * load<f32>(h, 12);
    h += 16;
  }
  return sum;
}
