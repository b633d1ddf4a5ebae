// Hierarchical softmax: a Huffman tree of labels, a decision at each inner node on the way to a label.
import { children, nLabels, nodeScores, nodeStack, outputs, scores, strideBytes } from './layout';
import { pathAnswers, pathRows, pathStarts } from './layout';
import { clearGradient, decideRows, scaleGradient } from './decisions';
import { dotRow } from './dots';
import { drawTarget } from './random';

/** Learns the way to one of the line's labels. @returns the loss, NaN where a score is one */
export function learnPath(targets: usize, labelCount: i32, lr: f32, scale: f32): f32 {
  const target = <usize>drawTarget(targets, labelCount) << 2;
  const start = load<i32>(pathStarts + target);
  const at = <usize>start << 2;
  clearGradient();
  const loss = decideRows(pathRows + at, pathAnswers + at, load<i32>(pathStarts + target, 4) - start, lr, 0);
  scaleGradient(scale);
  return loss;
}

/** `scores` as products with the inner nodes' rows → logarithm of each node's probability. False on NaN. */
export function scoreNodes(): bool {
  const n = nLabels;
  store<f32>(nodeScores + (<usize>(2 * n - 2) << 2), 0);
  // A child has a smaller number than its parent.
  for (let row: i32 = n - 2; row >= 0; row--) {
    const x = load<f32>(scores + (<usize>row << 2));
    if (x != x) return false;
    const own = load<f32>(nodeScores + (<usize>(row + n) << 2));
    const right = chanceOfRight(x);
    const child = children + (<usize>row << 3);
    store<f32>(nodeScores + (load<u32>(child) << 2), own + logarithm(<f32>(1.0 - <f64>right)));
    store<f32>(nodeScores + (load<u32>(child, 4) << 2), own + logarithm(right));
  }
  return true;
}

/**
 * The most probable label: depth first, left before right, past every node below the best leaf so far; of equals the
 * last one. −1: all are below what the official program shows (1e-5). −2: NaN.
 */
export function topLeaf(): i32 {
  const n = nLabels;
  let best = logarithm(0);
  let leaf: i32 = -1;
  let top = push(nodeStack, 2 * n - 2, 0);
  while (top > nodeStack) {
    top -= 8;
    const node = load<i32>(top);
    const score = load<f32>(top, 4);
    if (score < best) continue;
    if (node < n) {
      best = score;
      leaf = node;
      continue;
    }
    const row = <usize>(node - n);
    const x = dotRow(outputs + row * strideBytes);
    if (x != x) return -2;
    const right = chanceOfRight(x);
    top = push(top, load<i32>(children + (row << 3), 4), score + logarithm(right));
    top = push(top, load<i32>(children + (row << 3)), score + logarithm(<f32>(1.0 - <f64>right)));
  }
  return leaf;
}

// @ts-expect-error: decorator
@inline
function push(top: usize, node: i32, score: f32): usize {
  store<i32>(top, node);
  store<f32>(top, score, 4);
  return top + 8;
}

/** exp in float32: this one is computed as in the GNU library, roundings included. */
function chanceOfRight(x: f32): f32 {
  return <f32>1.0 / (1 + Mathf.exp(-x));
}

function logarithm(x: f32): f32 {
  return <f32>Math.log(<f64>x + 1e-5);
}
