// Every output row learns, and tells the hidden layer.
import { alphas, gradient, hidden, nLabels, outputs, strideBytes } from './layout';

/** gradient = scale · Σ alpha · output row, and output row += alpha · hidden; labels in order, alpha 0 is no work. */
export function backpropagate(scale: f32): void {
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
