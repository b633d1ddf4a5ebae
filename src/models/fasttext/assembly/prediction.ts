// Scores of lines by a trained model.
import { averageRows } from './hidden';
import { HIERARCHICAL, loss, nLabels, nodeScores, scores, SOFTMAX } from './layout';
import { multiplyOutputs } from './dots';
import { sigmoidScores, softmax } from './scores';
import { scoreNodes, topLeaf } from './tree';

/**
 * Scores of line after line to `to`, `nLabels` probabilities each; of a tree the logarithms of all its nodes'
 * probabilities, 2 nLabels − 1 each. Zeros for a line without rows. False on NaN.
 */
export function scoreLines(ids: usize, starts: usize, first: i32, last: i32, to: usize): bool {
  const isTree = loss == HIERARCHICAL;
  const from = isTree ? nodeScores : scores;
  const bytes = <usize>(isTree ? 2 * nLabels - 1 : nLabels) << 2;
  for (let line = first; line < last; line++) {
    if (lineLength(starts, line) > 0) {
      if (!scoreLine(ids, starts, line)) return false;
      memory.copy(to, from, bytes);
    } else memory.fill(to, 0, bytes);
    to += bytes;
  }
  return true;
}

/** The top label of line after line as int32 to `to`, −1 for a line without rows. False on NaN. */
export function topLabels(ids: usize, starts: usize, first: i32, last: i32, to: usize): bool {
  for (let line = first; line < last; line++) {
    const top = lineLength(starts, line) == 0 ? -1 : topLabel(ids, starts, line);
    if (top < -1) return false;
    store<i32>(to, top);
    to += 4;
  }
  return true;
}

/** −1: none, −2: NaN. */
function topLabel(ids: usize, starts: usize, line: i32): i32 {
  if (loss != HIERARCHICAL) return scoreLine(ids, starts, line) ? topScore() : -2;
  averageLineOf(ids, starts, line);
  return topLeaf();
}

function averageLineOf(ids: usize, starts: usize, line: i32): void {
  averageRows(ids + (<usize>load<i32>(starts + (<usize>line << 2)) << 2), lineLength(starts, line));
}

// @ts-expect-error: decorator
@inline
function lineLength(starts: usize, line: i32): i32 {
  return load<i32>(starts + (<usize>line << 2), 4) - load<i32>(starts + (<usize>line << 2));
}

function scoreLine(ids: usize, starts: usize, line: i32): bool {
  averageLineOf(ids, starts, line);
  multiplyOutputs();
  if (loss == SOFTMAX) return softmax();
  return loss == HIERARCHICAL ? scoreNodes() : sigmoidScores();
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
