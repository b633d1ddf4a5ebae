// The inner loops of fastText in SIMD WebAssembly (AssemblyScript). The host lays everything out in linear memory
// and sets the exported globals; nothing is allocated here.
//
// The results are meant to be bit for bit those of the official program on x86-64, so every sum is taken in its
// order: SIMD lanes run over dimensions where each is a sum of its own (averages, updates) and over four labels at a
// time in dot products, never across the terms of one sum. exp is taken in double precision, all else in float32.
// Rows are padded with zeros to a multiple of four, which adds +0 to sums and changes nothing.

import { averageRows, addGradient } from './hidden';
import { backpropagate } from './backpropagate';
import { ovaAlphas, softmaxAlphas } from './dense-losses';
import { multiplyOutputs } from './dots';
import { labels, labelStarts, order, orderLength, rows, rowStarts, tokenCounts } from './layout';
import { HIERARCHICAL, loss, NEGATIVES, SOFTMAX } from './layout';
import { learnSample } from './negatives';
import { learnPath } from './tree';

export * from './layout';
export { averageLine, scoreLines, topLabels } from './prediction';
export { fillInitial, randomState } from './random';

/** First free byte after this module's own tables. */
export function heapBase(): usize {
  return __heap_base;
}

// ---- schedule and running state
export let baseLr: f64 = 0;
export let totalTokens: f64 = 0;
export let lrUpdateRate: i32 = 100;
export let position: i32 = 0;
export let tokenCount: f64 = 0;
export let localTokens: i32 = 0;
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
  const lineLoss = learnOutputs(targets, labelCount, lr, <f32>(1.0 / <f64>count));
  if (lineLoss != lineLoss) return -1;
  lossSum += lineLoss;
  lossCount += 1;
  addGradient(ids, count);
  return count;
}

/** The output layer learns, and leaves `scale` times its gradient. @returns the line's loss, NaN where a score is one */
function learnOutputs(targets: usize, labelCount: i32, lr: f32, scale: f32): f64 {
  if (loss == HIERARCHICAL) return <f64>learnPath(targets, labelCount, lr, scale);
  if (loss == NEGATIVES) return <f64>learnSample(targets, labelCount, lr, scale);
  multiplyOutputs();
  const lineLoss =
    loss == SOFTMAX ? softmaxAlphas(targets, labelCount, lr) : ovaAlphas(targets, labelCount, lr);
  if (lineLoss == lineLoss) backpropagate(scale);
  return lineLoss;
}
