import type { Rng } from '../../domain/random.ts';
import type { Pace } from '../pace.ts';
import type { DualRow } from './dual-step.ts';
import { createOvaStep } from './ova-step.ts';
import { addScores, addToWeights } from './row-products.ts';
import { createSoftmaxStep } from './softmax-step.ts';
import type { SparseMatrix } from './tfidf.ts';

/**
 * Logistic regression with an L2 penalty by dual coordinate descent: minimises
 * ½·‖W‖² + Σ_documents cost · loss(labels, W·x), the intercept included in the penalty.
 */
export interface LinearProblem {
  readonly features: SparseMatrix;
  /** Label numbers of each row; exactly one for softmax. */
  readonly gold: readonly (readonly number[])[];
  readonly nLabels: number;
  readonly loss: Loss;
  /** The loss's factor for a document, by label: where the document has the label, and where it has not. */
  readonly costs: LabelCosts;
}

/** softmax: one label a document; ova: each label apart (one-vs-all). */
export type Loss = 'softmax' | 'ova';

export interface LabelCosts {
  readonly present: Float64Array;
  /** Not used by softmax. */
  readonly absent: Float64Array;
}

export interface Solver {
  /** Row-major: one row of `nLabels` weights a feature. */
  readonly weights: Float32Array;
  /**
   * Visits every document once, in random order.
   * @returns how far the documents' own scores moved (logits): mean over documents of the greatest move.
   */
  pass(rng: Rng, pace: Pace): Promise<number>;
}

export function createSolver(problem: LinearProblem): Solver {
  const { features, nLabels } = problem;
  const weights = new Float32Array(features.columns * nLabels);
  const visit = createVisit(problem, weights);
  return {
    weights,
    async pass(rng, pace) {
      let moved = 0;
      for (const row of rng.permutation(features.rows)) {
        if (pace.due()) await pace.rest();
        moved += visit(row);
      }
      return moved / features.rows;
    },
  };
}

/** One document's turn: read its scores, move its probabilities, and the weights along with them. */
function createVisit(problem: LinearProblem, weights: Float32Array): (row: number) => number {
  const { features, gold, nLabels, loss } = problem;
  const step = loss === 'softmax' ? createSoftmaxStep(nLabels) : createOvaStep(nLabels);
  const dual = createDualRows(gold, nLabels);
  const norms = squaredNorms(features);
  const scores = new Float32Array(nLabels);
  const change = new Float32Array(nLabels);
  const cost = new Float32Array(nLabels);
  const curvature = new Float32Array(nLabels);
  return (row) => {
    scores.fill(0);
    addScores(features, row, weights, scores);
    setCosts(cost, gold[row]!, problem);
    for (let k = 0; k < nLabels; k++) curvature[k] = cost[k]! * norms[row]!;
    const moved = step(dual[row]!, scores, curvature, change);
    if (moved === 0) return 0;
    for (let k = 0; k < nLabels; k++) change[k]! *= cost[k]!;
    addToWeights(features, row, weights, change);
    return moved;
  };
}

function createDualRows(gold: LinearProblem['gold'], nLabels: number): DualRow[] {
  const probabilities = new Float32Array(gold.length * nLabels);
  const logits = new Float32Array(gold.length * nLabels).fill(Number.NaN);
  return gold.map((labels, row) => {
    const [start, end] = [row * nLabels, (row + 1) * nLabels];
    for (const label of labels) probabilities[start + label] = 1;
    return { probabilities: probabilities.subarray(start, end), logits: logits.subarray(start, end) };
  });
}

function setCosts(cost: Float32Array, labels: readonly number[], { loss, costs }: LinearProblem): void {
  if (loss === 'softmax') {
    cost.fill(costs.present[labels[0]!]!);
    return;
  }
  cost.set(costs.absent);
  for (const label of labels) cost[label] = costs.present[label]!;
}

function squaredNorms({ rows, offsets, values }: SparseMatrix): Float64Array {
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) norms[row]! += values[i]! ** 2;
  }
  return norms;
}
