/*
 * One document's part of the dual problem of L2-regularised logistic regression, solved for all its labels at once.
 *
 * Every document i holds a probability p_k for each label k, its dual variables; the weights follow from them:
 * W = Σ_i x_i ⊗ c_i·(y_i − p_i). With the other documents fixed and a = c_i·‖x_i‖², the best new p solves
 *
 *     a·p_k + z_k = s_k + a·p⁰_k − μ        s = W·x_i, the scores now; p⁰, the probabilities now
 *
 * with z_k = ln p_k and μ such that Σ p_k = 1 for softmax, z_k = ln(p_k / (1 − p_k)) and μ = 0 for one-vs-rest.
 * At the optimum p = p⁰ is what the scores say. Both are solved for z by Newton's method.
 *
 * Yu, Huang & Lin, "Dual coordinate descent methods for logistic regression and maximum entropy models", Machine
 * Learning 85 (2011), sections 3 and 5, taken to all labels of a document in one step as in Shalev-Shwartz & Zhang,
 * "Accelerated proximal stochastic dual coordinate ascent for regularized loss minimization" (2016), section 5.
 */
export interface DualRow {
  /** p, one a label. A document that was not visited yet holds its gold labels: it then adds nothing to W. */
  readonly probabilities: Float32Array;
  /** z, one a label; NaN: not visited yet. */
  readonly logits: Float32Array;
}

/**
 * Moves a document's dual variables in place; `change[k]` becomes p⁰_k − p_k.
 * @param curvature a, one a label (softmax: all equal)
 * @returns the greatest move, see {@link weighMove}; 0: nothing worth doing, `change` is then undefined.
 */
export type DualStep = (
  row: DualRow,
  scores: Float32Array,
  curvature: Float32Array,
  change: Float32Array,
) => number;

/** How much a change of a probability matters: it moves the document's own score by a times as much. */
export function weighMove(change: number, a: number): number {
  return Math.abs(change) * Math.max(a, 1);
}

/** A Newton step that moves less than this is the last: the other documents' turns will move more. */
export const PRECISION = 1e-3;
/** A visit that would move less than this is left out: exp() is most of its cost. */
export const NEGLIGIBLE = 1e-4;
export const NEWTON_STEPS = 10;

export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
