// Negative sampling: the label against a few others, which are drawn by the root of their frequency.
import { drawEnds, drawGuide, drawRange, negatives, sampledAnswers, sampledRows } from './layout';
import { clearGradient, decideRows, scaleGradient } from './decisions';
import { drawBelow, drawTarget } from './random';

/** Learns one of the line's labels and its negatives. @returns the loss, NaN where a score is one */
export function learnSample(targets: usize, labelCount: i32, lr: f32, scale: f32): f32 {
  drawSample(drawTarget(targets, labelCount));
  clearGradient();
  let loss: f32 = 0;
  const n = negatives + 1;
  for (let first: i32 = 0; first < n; ) {
    const count = countDifferent(first, n);
    const at = <usize>first << 2;
    loss = decideRows(sampledRows + at, sampledAnswers + at, count, lr, loss);
    if (loss != loss) return loss;
    first += count;
  }
  scaleGradient(scale);
  return loss;
}

/** Draws a number until it is not the target's own. */
function drawSample(target: i32): void {
  const from = target == 0 ? 0 : load<u32>(drawEnds + (<usize>target << 2) - 4);
  const own = load<u32>(drawEnds + (<usize>target << 2)) - from;
  store<i32>(sampledRows, target);
  for (let i: i32 = 1; i <= negatives; i++) {
    let x: u32;
    do x = drawBelow(drawRange);
    while (x - from < own);
    store<i32>(sampledRows + (<usize>i << 2), ownerOf(x));
  }
}

function ownerOf(x: u32): i32 {
  let label = load<i32>(drawGuide + (<usize>(x >> 12) << 2));
  while (load<u32>(drawEnds + (<usize>label << 2)) <= x) label++;
  return label;
}

/** How many from `first` on are all different, at most eight: a repeated one must see what was learnt before it. */
function countDifferent(first: i32, n: i32): i32 {
  const end = min(n, first + 8);
  for (let i = first + 1; i < end; i++) {
    const row = load<i32>(sampledRows + (<usize>i << 2));
    for (let j = first; j < i; j++) {
      if (load<i32>(sampledRows + (<usize>j << 2)) == row) return i - first;
    }
  }
  return end - first;
}
