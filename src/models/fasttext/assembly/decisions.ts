// Yes-or-no decisions by logistic regression, one a row: what hierarchical softmax and negative sampling are made of.
import { alphas, gradient, hidden, outputs, scores, sigmoids, strideBytes } from './layout';
import { dotRows } from './dots';
import { sigmoidIndex } from './scores';

/** Bytes of one table behind `sigmoids`. */
const TABLE: usize = 515 * 4;

export function clearGradient(): void {
  memory.fill(gradient, 0, strideBytes);
}

export function scaleGradient(scale: f32): void {
  const s = f32x4.splat(scale);
  const end = gradient + strideBytes;
  for (let p = gradient; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), s));
}

/**
 * Decides `n` different rows and learns the answers, 1 or 0 each. Different rows do not touch each other, so that all
 * products may come first.
 * @param loss of the line so far @returns it with these decisions' losses, NaN where a score is one
 */
export function decideRows(ids: usize, answers: usize, n: i32, lr: f32, loss: f32): f32 {
  dotRows(ids, n, scores);
  for (let i: i32 = 0; i < n; i++) {
    const at = <usize>i << 2;
    const x = load<f32>(scores + at);
    if (x != x) return NaN;
    const slot = sigmoids + (<usize>sigmoidIndex(x) << 2);
    const answer = load<f32>(answers + at);
    loss += load<f32>(slot + (answer == 1 ? 2 * TABLE : 3 * TABLE));
    store<f32>(alphas + at, lr * (answer - load<f32>(slot)));
  }
  learnRows(ids, n);
  return loss;
}

/** gradient += Σ alpha · row, in order, and row += alpha · hidden. */
function learnRows(ids: usize, n: i32): void {
  const width = strideBytes;
  const end = ids + (<usize>n << 2);
  let j: u32 = 0;
  for (; j + 64 <= width; j += 64) learnFour(ids, end, j, width);
  for (; j < width; j += 16) learnOne(ids, end, j, width);
}

function learnFour(ids: usize, end: usize, j: u32, width: u32): void {
  const from = hidden + j;
  const h0 = v128.load(from);
  const h1 = v128.load(from, 16);
  const h2 = v128.load(from, 32);
  const h3 = v128.load(from, 48);
  const to = gradient + j;
  let g0 = v128.load(to);
  let g1 = v128.load(to, 16);
  let g2 = v128.load(to, 32);
  let g3 = v128.load(to, 48);
  const base = outputs + j;
  let p = alphas;
  for (; ids < end; ids += 4) {
    const w = base + load<u32>(ids) * width;
    const a = v128.load32_splat(p);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    const w3 = v128.load(w, 48);
    g0 = f32x4.add(g0, f32x4.mul(a, w0));
    g1 = f32x4.add(g1, f32x4.mul(a, w1));
    g2 = f32x4.add(g2, f32x4.mul(a, w2));
    g3 = f32x4.add(g3, f32x4.mul(a, w3));
    v128.store(w, f32x4.add(w0, f32x4.mul(a, h0)));
    v128.store(w, f32x4.add(w1, f32x4.mul(a, h1)), 16);
    v128.store(w, f32x4.add(w2, f32x4.mul(a, h2)), 32);
    v128.store(w, f32x4.add(w3, f32x4.mul(a, h3)), 48);
    p += 4;
  }
  v128.store(to, g0);
  v128.store(to, g1, 16);
  v128.store(to, g2, 32);
  v128.store(to, g3, 48);
}

function learnOne(ids: usize, end: usize, j: u32, width: u32): void {
  const h = v128.load(hidden + j);
  const to = gradient + j;
  let g = v128.load(to);
  const base = outputs + j;
  let p = alphas;
  for (; ids < end; ids += 4) {
    const at = base + load<u32>(ids) * width;
    const a = v128.load32_splat(p);
    const w = v128.load(at);
    g = f32x4.add(g, f32x4.mul(a, w));
    v128.store(at, f32x4.add(w, f32x4.mul(a, h)));
    p += 4;
  }
  v128.store(to, g);
}
