// What a training step does outside the graph, in SIMD WebAssembly (AssemblyScript): the norm of all gradients, AdamW in
// one pass over weights, moments and gradients, the same for single rows of an embedding table with their missed steps
// replayed, and dropout masks. The host lays everything out in linear memory; nothing is allocated here.
// Addresses are bytes; counts are floats and multiples of four: the host pads with zeros, which stay zero.

export { adamw, beta1, beta2, epsilon, replayRows, touchRows, updateRows } from './adamw';
export { mergeRows } from './rows';
export { fillMask } from './mask';

/** First free byte after this module's own tables. */
export function heapBase(): usize {
  return __heap_base;
}

/** Σ x², every term and sum in double precision. */
export function sumSquares(at: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = at + (<usize>count << 2);
  for (; at < end; at += 16) {
    const x = v128.load(at);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
