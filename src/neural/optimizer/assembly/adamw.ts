// AdamW (Loshchilov & Hutter 2019, algorithm 2) as PyTorch computes it, in float32:
//   w ← w·(1 − lr·λ);  m ← β1·m + (1−β1)·g;  v ← β2·v + (1−β2)·g²;  w ← w − lr/(1−β1^t) · m / (√v / √(1−β2^t) + ε)
// The host gives each step's three scalars: decay = 1 − lr·λ, rate = lr/(1−β1^t), root = 1/√(1−β2^t).

export let beta1: f32 = 0.9;
export let beta2: f32 = 0.999;
export let epsilon: f32 = 1e-8;

/** Bytes of one step in the history: decay, rate, root, unused. */
const STEP: usize = 16;

/** One step of `count` weights. The gradient is scaled first (clipping). */
export function adamw(w: usize, m: usize, v: usize, g: usize, count: i32, scale: f32, step: usize): void {
  const decay = v128.load32_splat(step);
  const rate = v128.load32_splat(step, 4);
  const root = v128.load32_splat(step, 8);
  const b1 = f32x4.splat(beta1);
  const c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2);
  const c2 = f32x4.splat(1 - beta2);
  const eps = f32x4.splat(epsilon);
  const by = f32x4.splat(scale);
  const bytes = <usize>count << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const gi = f32x4.mul(v128.load(g + i), by);
    const mi = f32x4.add(f32x4.mul(b1, v128.load(m + i)), f32x4.mul(c1, gi));
    const vi = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(gi, gi)));
    const below = f32x4.add(f32x4.mul(f32x4.sqrt(vi), root), eps);
    const kept = f32x4.mul(v128.load(w + i), decay);
    v128.store(w + i, f32x4.sub(kept, f32x4.mul(rate, f32x4.div(mi, below))));
    v128.store(m + i, mi);
    v128.store(v + i, vi);
  }
}

/** Rows that are about to be read: what each missed is replayed. @param rows int32 each, in any order, repeats and all */
export function touchRows(
  w: usize, m: usize, v: usize, rows: usize, n: i32, width: i32, done: usize, history: usize, step: i32,
): void {
  const bytes = <usize>width << 2;
  for (let k = 0; k < n; k++) {
    const row = <usize>load<i32>(rows + (<usize>k << 2));
    const at = row * bytes;
    const seen = done + (row << 2);
    replay(w + at, m + at, v + at, width, history + STEP * <usize>load<i32>(seen), history + STEP * <usize>step);
    store<i32>(seen, step);
  }
}

/**
 * One step of the table's rows that have a gradient; they were touched before it was computed.
 * @param rows which rows: int32 each; their gradients lie one after another at `g`
 * @param done steps that each row of the table has seen; `step` of them are in the history, this one included
 */
export function updateRows(
  w: usize, m: usize, v: usize, g: usize, rows: usize, n: i32, width: i32, scale: f32, done: usize, history: usize, step: i32,
): void {
  const bytes = <usize>width << 2;
  for (let k = 0; k < n; k++) {
    const row = <usize>load<i32>(rows + (<usize>k << 2));
    const at = row * bytes;
    adamw(w + at, m + at, v + at, g + <usize>k * bytes, width, scale, history + STEP * <usize>(step - 1));
    store<i32>(done + (row << 2), step);
  }
}

/** Brings rows `first … last` to the end of the history and marks them as having seen none of the next one. */
export function replayRows(
  w: usize, m: usize, v: usize, first: i32, last: i32, width: i32, done: usize, history: usize, step: i32,
): void {
  const bytes = <usize>width << 2;
  for (let row = <usize>first; row < <usize>last; row++) {
    const seen = done + (row << 2);
    const at = row * bytes;
    replay(w + at, m + at, v + at, width, history + STEP * <usize>load<i32>(seen), history + STEP * <usize>step);
    store<i32>(seen, 0);
  }
}

/** Steps without a gradient, bit for bit what `adamw` does with zeros. */
function replay(w: usize, m: usize, v: usize, width: i32, from: usize, to: usize): void {
  if (from >= to) return;
  const bytes = <usize>width << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const mi = v128.load(m + i);
    // A row that never had a gradient only decays.
    if (v128.any_true(mi)) replayMoments(w + i, m + i, v + i, from, to);
    else replayDecay(w + i, v + i, from, to);
  }
}

function replayMoments(w: usize, m: usize, v: usize, from: usize, to: usize): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const eps = f32x4.splat(epsilon);
  let wi = v128.load(w);
  let mi = v128.load(m);
  let vi = v128.load(v);
  for (let step = from; step < to; step += STEP) {
    mi = f32x4.mul(b1, mi);
    vi = f32x4.mul(b2, vi);
    const below = f32x4.add(f32x4.mul(f32x4.sqrt(vi), v128.load32_splat(step, 8)), eps);
    const kept = f32x4.mul(wi, v128.load32_splat(step));
    wi = f32x4.sub(kept, f32x4.mul(v128.load32_splat(step, 4), f32x4.div(mi, below)));
  }
  v128.store(w, wi);
  v128.store(m, mi);
  v128.store(v, vi);
}

function replayDecay(w: usize, v: usize, from: usize, to: usize): void {
  const b2 = f32x4.splat(beta2);
  let wi = v128.load(w);
  let vi = v128.load(v);
  for (let step = from; step < to; step += STEP) {
    wi = f32x4.mul(wi, v128.load32_splat(step));
    vi = f32x4.mul(b2, vi);
  }
  v128.store(w, wi);
  v128.store(v, vi);
}
