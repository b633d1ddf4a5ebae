// From dot products to probabilities.
import { nLabels, scores, sigmoids } from './layout';

/** scores → probabilities. False on NaN. */
export function softmax(): bool {
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
export function sigmoidScores(): bool {
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
export function sigmoidIndex(x: f32): i32 {
  if (x < -8) return 513;
  if (x > 8) return 514;
  return <i32>((x + 8) * 512 / 8 / 2);
}
