import { type Tensor, tf } from '../tensorflow.ts';

export interface LossOptions {
  /** [batch]: how much each row counts; 0 for rows that only fill a batch up. The mean divides by their sum. */
  readonly exampleWeights?: Tensor;
  /** Softmax: a factor a gold class, and the mean divides by their sum; sigmoid: a factor of each label's positive term. */
  readonly classWeights?: readonly number[];
  /** Focal loss (Lin et al. 2017): (1 − p)^γ times the cross-entropy, p what the gold class got. */
  readonly focalGamma?: number;
  /** A factor a class, by which the mean does not divide. */
  readonly focalAlpha?: readonly number[];
  /** This share of the gold probability is spread over all classes. */
  readonly labelSmoothing?: number;
}

/** A gold class with p = 1 would divide by zero in the slope of (1 − p)^γ for γ < 1. */
const LEAST_DOUBT = 1e-6;

/** The mean loss of one label a row. @param logits [batch, classes] @param labels int32 [batch] */
export function softmaxLoss(logits: Tensor, labels: Tensor, options: LossOptions = {}): Tensor {
  const { classWeights, focalGamma = 0, focalAlpha, labelSmoothing = 0 } = options;
  const classes = logits.shape[1]!;
  const gold = tf.oneHot(tf.cast(labels, 'int32'), classes);
  const logp = tf.logSoftmax(logits);
  const weighted = classWeights ? tf.mul(logp, tf.tensor1d([...classWeights])) : logp;
  const target = labelSmoothing ? tf.add(tf.mul(gold, 1 - labelSmoothing), labelSmoothing / classes) : gold;
  let losses: Tensor = tf.neg(tf.sum(tf.mul(target, weighted), 1));
  if (focalGamma) losses = tf.mul(losses, doubt(tf.exp(tf.sum(tf.mul(gold, logp), 1)), focalGamma));
  if (focalAlpha) losses = tf.mul(losses, pick(gold, focalAlpha));
  const shares = classWeights ? pick(gold, classWeights) : tf.onesLike(losses);
  return weightedMean(losses, shares, options.exampleWeights);
}

/** The mean loss of any number of labels a row. @param targets float [batch, classes]: 0 or 1 */
export function sigmoidLoss(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  const { classWeights, focalGamma = 0, focalAlpha, labelSmoothing = 0 } = options;
  const target = labelSmoothing ? tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / 2) : targets;
  const negated = tf.sub(1, target);
  // −ln σ(z) and −ln σ(−z) without overflow.
  const missed = softplus(tf.neg(logits));
  const positive = classWeights ? tf.mul(missed, tf.tensor1d([...classWeights])) : missed;
  let losses = tf.add(tf.mul(target, positive), tf.mul(negated, softplus(logits)));
  if (focalGamma) {
    const p = tf.sigmoid(logits);
    const right = tf.add(tf.mul(targets, p), tf.mul(tf.sub(1, targets), tf.sub(1, p)));
    losses = tf.mul(losses, doubt(right, focalGamma));
  }
  if (focalAlpha) {
    const alpha = tf.tensor1d([...focalAlpha]);
    losses = tf.mul(losses, tf.add(tf.mul(targets, alpha), tf.mul(tf.sub(1, targets), tf.sub(1, alpha))));
  }
  return weightedMean(tf.mean(losses, 1), tf.ones([logits.shape[0]!]), options.exampleWeights);
}

/** (1 − p)^γ */
function doubt(p: Tensor, gamma: number): Tensor {
  const left = tf.sub(1, p);
  return gamma === 1 ? left : tf.pow(tf.maximum(left, LEAST_DOUBT), gamma);
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|) */
const softplus = (x: Tensor): Tensor => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

const pick = (gold: Tensor, factors: readonly number[]): Tensor =>
  tf.sum(tf.mul(gold, tf.tensor1d([...factors])), 1);

/** Σ weight · loss / Σ weight · share */
function weightedMean(losses: Tensor, shares: Tensor, exampleWeights: Tensor | undefined): Tensor {
  if (!exampleWeights) return tf.div(tf.sum(losses), tf.sum(shares));
  return tf.div(tf.sum(tf.mul(losses, exampleWeights)), tf.sum(tf.mul(shares, exampleWeights)));
}
