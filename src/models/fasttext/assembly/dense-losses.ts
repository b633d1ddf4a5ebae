// Losses over every label: what each output row has to move by.
import { alphas, nLabels, scores, sigmoids } from './layout';
import { drawTarget } from './random';
import { sigmoidIndex, softmax } from './scores';

/** @returns the line's loss, NaN where a score is one. */
export function softmaxAlphas(targets: usize, labelCount: i32, lr: f32): f64 {
  const target = drawTarget(targets, labelCount);
  if (!softmax()) return NaN;
  const n = nLabels;
  const rate = f32x4.splat(-lr);
  for (let i: i32 = 0; i < n; i += 4) {
    v128.store(alphas + (<usize>i << 2), f32x4.mul(rate, v128.load(scores + (<usize>i << 2))));
  }
  const probability = load<f32>(scores + (<usize>target << 2));
  store<f32>(alphas + (<usize>target << 2), lr * (1 - probability));
  return -Math.log(<f64>probability + 1e-5);
}

/** @returns the line's loss, NaN where a score is one. */
export function ovaAlphas(targets: usize, labelCount: i32, lr: f32): f64 {
  const n = nLabels;
  const negativeLogs = sigmoids + 515 * 4;
  let sum: f32 = 0;
  for (let i: i32 = 0; i < n; i++) {
    const x = load<f32>(scores + (<usize>i << 2));
    if (x != x) return NaN;
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
  return <f64>sum;
}
