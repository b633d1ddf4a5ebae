// The inner loops of fastText in SIMD WebAssembly (AssemblyScript). The host lays everything out in linear memory
// and sets the exported globals; nothing is allocated here.
//
// The results are meant to be bit for bit those of the official program on x86-64, so every sum is taken in its
// order: SIMD lanes run over dimensions where each is a sum of its own (averages, updates) and over four labels at a
// time in dot products, never across the terms of one sum. exp is taken in double precision, all else in float32.
// Rows are padded with zeros to a multiple of four, which adds +0 to sums and changes nothing.

/** First free byte after this module's own tables. */
export function heapBase(): usize {
  return __heap_base;
}

// ---- shapes and places, set by the host
export let strideBytes: u32 = 0;
export let nLabels: i32 = 0;
/** Input matrix (compact rows) and output matrix (rows padded to a multiple of four labels). */
export let inputs: usize = 0;
export let outputs: usize = 0;
/** One row each. */
export let hidden: usize = 0;
export let gradient: usize = 0;
/** One float a label, padded to four. */
export let scores: usize = 0;
export let alphas: usize = 0;
/** 515 floats each, see `sigmoidIndex`: sigmoid, −log(1 − sigmoid). */
export let sigmoids: usize = 0;
/** 0 softmax, 1 one-vs-all. */
export let loss: i32 = 0;

// ---- training corpus: row ids and labels of every line, by offsets; the order of an epoch
export let rows: usize = 0;
export let rowStarts: usize = 0;
export let labels: usize = 0;
export let labelStarts: usize = 0;
export let tokenCounts: usize = 0;
export let order: usize = 0;
export let orderLength: i32 = 0;

// ---- schedule and running state
export let baseLr: f64 = 0;
export let totalTokens: f64 = 0;
export let lrUpdateRate: i32 = 100;
export let position: i32 = 0;
export let tokenCount: f64 = 0;
export let localTokens: i32 = 0;
export let randomState: u32 = 1;
export let lossSum: f64 = 0;
export let lossCount: f64 = 0;
export let currentLr: f32 = 0;

/** Trains lines until `tokenLimit` tokens of the schedule or `maxRows` looked-up rows are done. False: a NaN arose. */
export function train(tokenLimit: f64, maxRows: i32): bool {
  let work = 0;
  while (tokenCount < tokenLimit && work < maxRows) {
    const line = load<i32>(order + (<usize>position << 2));
    if (++position == orderLength) position = 0;
    const progress = <f32>tokenCount / <f32>totalTokens;
    currentLr = <f32>(baseLr * (1.0 - <f64>progress));
    localTokens += load<i32>(tokenCounts + (<usize>line << 2));
    const count = trainLine(line, currentLr);
    if (count < 0) return false;
    work += count + 8;
    if (localTokens > lrUpdateRate) {
      tokenCount += <f64>localTokens;
      localTokens = 0;
    }
  }
  return true;
}

/** @returns the number of rows, or −1 on NaN. */
function trainLine(line: i32, lr: f32): i32 {
  const start = load<i32>(rowStarts + (<usize>line << 2));
  const count = load<i32>(rowStarts + (<usize>line << 2), 4) - start;
  const labelStart = load<i32>(labelStarts + (<usize>line << 2));
  const labelCount = load<i32>(labelStarts + (<usize>line << 2), 4) - labelStart;
  if (count == 0 || labelCount == 0) return 0;
  const ids = rows + (<usize>start << 2);
  const targets = labels + (<usize>labelStart << 2);
  averageRows(ids, count);
  multiplyOutputs();
  if (!(loss == 0 ? softmaxAlphas(targets, labelCount, lr) : ovaAlphas(targets, labelCount, lr))) return -1;
  lossCount += 1;
  backpropagate(<f32>(1.0 / <f64>count));
  addGradient(ids, count);
  return count;
}

// ---- hidden layer

/** hidden = mean of the rows, summed in their order. */
function averageRows(ids: usize, count: i32): void {
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

// ---- output layer

/** scores = output matrix · hidden; each sum runs over the dimensions in order. */
function multiplyOutputs(): void {
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

/** Adds four dimensions of four rows' dot products: a 4 × 4 transposition, then one multiply-add a dimension. */
// @ts-expect-error: decorator
@inline
function addFour(sum: v128, w: usize, width: u32, h: usize): v128 {
  const a = v128.load(w);
  const b = v128.load(w + width);
  const c = v128.load(w + width * 2);
  const d = v128.load(w + width * 3);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ba = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const dc = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.load32_splat(h)));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), v128.load32_splat(h, 4)));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ba, dc, 0, 1, 4, 5), v128.load32_splat(h, 8)));
  return f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(ba, dc, 2, 3, 6, 7), v128.load32_splat(h, 12)));
}

/** scores → probabilities. False on NaN. */
function softmax(): bool {
  const end = scores + (<usize>nLabels << 2);
  let max = load<f32>(scores);
  for (let p = scores + 4; p < end; p += 4) {
    const x = load<f32>(p);
    if (x > max) max = x;
  }
  let sum: f32 = 0;
  for (let p = scores; p < end; p += 4) {
    const x = <f32>Math.exp(<f64>(load<f32>(p) - max));
    store<f32>(p, x);
    sum += x;
  }
  if (sum != sum) return false;
  const divisor = f32x4.splat(sum);
  for (let p = scores; p < end; p += 16) v128.store(p, f32x4.div(v128.load(p), divisor));
  return true;
}

/** scores → table sigmoids, as in training and in prediction. False on NaN. */
function sigmoidScores(): bool {
  const end = scores + (<usize>nLabels << 2);
  for (let p = scores; p < end; p += 4) {
    const x = load<f32>(p);
    if (x != x) return false;
    store<f32>(p, load<f32>(sigmoids + (<usize>sigmoidIndex(x) << 2)));
  }
  return true;
}

/** Slot of the table: 0 … 512 over [−8, 8]; 513 and 514 stand for exactly 0 and 1 outside. */
// @ts-expect-error: decorator
@inline
function sigmoidIndex(x: f32): i32 {
  if (x < -8) return 513;
  if (x > 8) return 514;
  return <i32>((x + 8) * 512 / 8 / 2);
}

function softmaxAlphas(targets: usize, labelCount: i32, lr: f32): bool {
  const target = load<i32>(targets + (<usize>drawBelow(labelCount) << 2));
  if (!softmax()) return false;
  const n = nLabels;
  const rate = f32x4.splat(-lr);
  for (let i: i32 = 0; i < n; i += 4) {
    v128.store(alphas + (<usize>i << 2), f32x4.mul(rate, v128.load(scores + (<usize>i << 2))));
  }
  const probability = load<f32>(scores + (<usize>target << 2));
  store<f32>(alphas + (<usize>target << 2), lr * (1 - probability));
  lossSum -= Math.log(<f64>probability + 1e-5);
  return true;
}

function ovaAlphas(targets: usize, labelCount: i32, lr: f32): bool {
  const n = nLabels;
  const negativeLogs = sigmoids + 515 * 4;
  let sum: f32 = 0;
  for (let i: i32 = 0; i < n; i++) {
    const x = load<f32>(scores + (<usize>i << 2));
    if (x != x) return false;
    const slot = <usize>sigmoidIndex(x) << 2;
    const score = load<f32>(sigmoids + slot);
    store<f32>(scores + (<usize>i << 2), score);
    sum += load<f32>(negativeLogs + slot);
    store<f32>(alphas + (<usize>i << 2), lr * (0 - score));
  }
  for (let k: i32 = 0; k < labelCount; k++) {
    const target = <usize>load<i32>(targets + (<usize>k << 2)) << 2;
    const score = load<f32>(scores + target);
    sum -= <f32>Math.log((<f64>score + 1e-5) / (1 - <f64>score + 1e-5));
    store<f32>(alphas + target, lr * (1 - score));
  }
  lossSum += <f64>sum;
  return true;
}

/** gradient = scale · Σ alpha · output row, and output row += alpha · hidden; labels in order, alpha 0 is no work. */
function backpropagate(scale: f32): void {
  const width = strideBytes;
  let j: u32 = 0;
  for (; j + 64 <= width; j += 64) backpropagateFour(j, width, scale);
  if (j + 32 <= width) {
    backpropagateTwo(j, width, scale);
    j += 32;
  }
  if (j < width) backpropagateOne(j, width, scale);
}

function backpropagateFour(j: u32, width: u32, scale: f32): void {
  const from = hidden + j;
  const h0 = v128.load(from);
  const h1 = v128.load(from, 16);
  const h2 = v128.load(from, 32);
  const h3 = v128.load(from, 48);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let g2 = g0;
  let g3 = g0;
  let w = outputs + j;
  const end = alphas + (<usize>nLabels << 2);
  for (let p = alphas; p < end; p += 4) {
    if (load<f32>(p) != 0) {
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
    }
    w += width;
  }
  const s = f32x4.splat(scale);
  const to = gradient + j;
  v128.store(to, f32x4.mul(g0, s));
  v128.store(to, f32x4.mul(g1, s), 16);
  v128.store(to, f32x4.mul(g2, s), 32);
  v128.store(to, f32x4.mul(g3, s), 48);
}

function backpropagateTwo(j: u32, width: u32, scale: f32): void {
  const h0 = v128.load(hidden + j);
  const h1 = v128.load(hidden + j, 16);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let w = outputs + j;
  const end = alphas + (<usize>nLabels << 2);
  for (let p = alphas; p < end; p += 4) {
    const a = v128.load32_splat(p);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    g0 = f32x4.add(g0, f32x4.mul(a, w0));
    g1 = f32x4.add(g1, f32x4.mul(a, w1));
    v128.store(w, f32x4.add(w0, f32x4.mul(a, h0)));
    v128.store(w, f32x4.add(w1, f32x4.mul(a, h1)), 16);
    w += width;
  }
  const s = f32x4.splat(scale);
  v128.store(gradient + j, f32x4.mul(g0, s));
  v128.store(gradient + j, f32x4.mul(g1, s), 16);
}

function backpropagateOne(j: u32, width: u32, scale: f32): void {
  const h0 = v128.load(hidden + j);
  let g0 = f32x4.splat(0);
  let w = outputs + j;
  const end = alphas + (<usize>nLabels << 2);
  for (let p = alphas; p < end; p += 4) {
    const a = v128.load32_splat(p);
    const w0 = v128.load(w);
    g0 = f32x4.add(g0, f32x4.mul(a, w0));
    v128.store(w, f32x4.add(w0, f32x4.mul(a, h0)));
    w += width;
  }
  v128.store(gradient + j, f32x4.mul(g0, f32x4.splat(scale)));
}

/** Every row of the line += gradient; a row that occurs twice gets it twice. */
function addGradient(ids: usize, count: i32): void {
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

// ---- prediction

/** Probabilities of line after line, `nLabels` floats each, to `to`. False on NaN. A line without rows scores 0. */
export function scoreLines(ids: usize, starts: usize, first: i32, last: i32, to: usize): bool {
  const bytes = <usize>nLabels << 2;
  for (let line = first; line < last; line++) {
    if (!scoreLine(ids, starts, line)) return false;
    memory.copy(to, scores, bytes);
    to += bytes;
  }
  return true;
}

/** The top label of line after line as int32 to `to`, −1 for a line without rows. False on NaN. */
export function topLabels(ids: usize, starts: usize, first: i32, last: i32, to: usize): bool {
  for (let line = first; line < last; line++) {
    if (!scoreLine(ids, starts, line)) return false;
    store<i32>(to, lineLength(starts, line) == 0 ? -1 : topScore());
    to += 4;
  }
  return true;
}

// @ts-expect-error: decorator
@inline
function lineLength(starts: usize, line: i32): i32 {
  return load<i32>(starts + (<usize>line << 2), 4) - load<i32>(starts + (<usize>line << 2));
}

function scoreLine(ids: usize, starts: usize, line: i32): bool {
  const count = lineLength(starts, line);
  if (count == 0) {
    memory.fill(scores, 0, <usize>nLabels << 2);
    return true;
  }
  averageRows(ids + (<usize>load<i32>(starts + (<usize>line << 2)) << 2), count);
  multiplyOutputs();
  return loss == 0 ? softmax() : sigmoidScores();
}

/** The official program ranks by float32 log(p + 1e-5), and of equals the last label wins. */
function topScore(): i32 {
  const n = nLabels;
  let max: f32 = load<f32>(scores);
  for (let i: i32 = 1; i < n; i++) {
    const x = load<f32>(scores + (<usize>i << 2));
    if (x > max) max = x;
  }
  const best = <f32>Math.log(<f64>max + 1e-5);
  for (let i: i32 = n - 1; i >= 0; i--) {
    const x = load<f32>(scores + (<usize>i << 2));
    if (max - x < 1e-5 && <f32>Math.log(<f64>x + 1e-5) == best) return i;
  }
  return 0;
}

/** hidden = mean of the line's rows: its sentence vector. */
export function averageLine(ids: usize, count: i32): void {
  averageRows(ids, count);
}

// ---- random numbers: minstd, x ← 48271 x mod (2³¹ − 1)

// @ts-expect-error: decorator
@inline
function nextState(state: u32): u32 {
  const product = <u64>state * 48271;
  let x = <u32>(product & 0x7fffffff) + <u32>(product >> 31);
  if (x >= 0x7fffffff) x -= 0x7fffffff;
  return x;
}

/** A whole number in [0, n): equal shares of the generator's range, the rest is drawn again. */
function drawBelow(n: i32): i32 {
  const share: u32 = 2147483645 / <u32>n;
  const past: u32 = share * <u32>n;
  let x: u32;
  do {
    randomState = nextState(randomState);
    x = randomState - 1;
  } while (x >= past);
  return x / share;
}

/** Fills `count` floats with the matrix's initial values from element `first` on: uniform in (−bound, bound). */
export function fillInitial(seed: u32, first: f64, count: i32, bound: f32, to: usize): void {
  let state = jump(seed, <u64>first * 2);
  const range = <f64>bound - -<f64>bound;
  const span: f64 = 2147483646;
  for (let end = to + (<usize>count << 2); to < end; to += 4) {
    state = nextState(state);
    let sum = <f64>(state - 1);
    state = nextState(state);
    sum += <f64>(state - 1) * span;
    let unit = sum / (span * span);
    if (unit >= 1) unit = 1 - f64.EPSILON / 2;
    store<f32>(to, <f32>(unit * range + -<f64>bound));
  }
}

/** The state after `steps` draws: 48271^steps · seed mod (2³¹ − 1). */
function jump(seed: u32, steps: u64): u32 {
  let factor: u64 = 48271;
  let result: u64 = seed;
  for (; steps > 0; steps >>= 1) {
    if (steps & 1) result = (result * factor) % 0x7fffffff;
    factor = (factor * factor) % 0x7fffffff;
  }
  return <u32>result;
}
