/**
 * A dropout mask: element i is `scale` where a hash of (key, i) is at least `threshold`, else 0. The hash is Murmur3's
 * finaliser twice over a counter, so a mask is a function of its key: nothing has to be stored to resume a training.
 * @param count floats, a multiple of four
 */
export function fillMask(to: usize, count: i32, key: i32, threshold: u32, scale: f32): void {
  const by = f32x4.splat(scale);
  const least = i32x4.splat(threshold ^ 0x80000000);
  const flip = i32x4.splat(0x80000000);
  const keys = i32x4.splat(key);
  const step = i32x4.splat(4);
  let counter = i32x4(0, 1, 2, 3);
  const end = to + (<usize>count << 2);
  for (; to < end; to += 16) {
    const hash = finalise(i32x4.add(finalise(counter), keys));
    v128.store(to, v128.and(i32x4.ge_s(v128.xor(hash, flip), least), by));
    counter = i32x4.add(counter, step);
  }
}

// @ts-ignore: decorator
@inline
function finalise(h: v128): v128 {
  h = v128.xor(h, i32x4.shr_u(h, 16));
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}
