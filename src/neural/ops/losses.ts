// Both losses compute the slope of their mean beside it: it needs the same numbers, and 1 − p is a sum of the other
// probabilities there, which stays exact where p is nearly 1.
import { type Tensor, tf } from '../tensorflow.ts';
import { withGradient } from './fused.ts';

export interface LossOptions {
  /** [batch]: how much each row counts; 0 for rows that only fill a batch up. The mean divides by their sum. */
  readonly exampleWeights?: Tensor;
  /** Softmax: a factor a gold class, and the mean divides by their sum; sigmoid: a factor of each label's positive term. */
  readonly classWeights?: readonly number[];
  /** Focal loss (Lin et al. 2017): (1 − p)^γ times the cross-entropy, p what the truth got. */
  readonly focalGamma?: number;
  /** A factor a class (sigmoid: of its positives, and 1 − α of its negatives), by which the mean does not divide. */
  readonly focalAlpha?: readonly number[];
  /** This share of the gold probability is spread over all classes. */
  readonly labelSmoothing?: number;
}

/** Losses and their slopes by the logits, before they are weighted. */
interface Losses {
  readonly losses: Tensor;
  readonly slopes: Tensor;
  /** How much each row adds to what the mean divides by. */
  readonly shares: Tensor;
}

/** The mean loss of one label a row. @param logits [batch, classes] @param labels int32 [batch] */
export function softmaxLoss(logits: Tensor, labels: Tensor, options: LossOptions = {}): Tensor {
  return meanLoss(logits, options.exampleWeights, () => softmaxLosses(logits, labels, options));
}

/** The mean over rows and classes, for any number of labels a row. @param targets float [batch, classes]: 0 or 1 */
export function sigmoidLoss(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  return meanLoss(logits, options.exampleWeights, () => sigmoidLosses(logits, targets, options));
}

/** Σ weight · loss / Σ weight · share */
function meanLoss(logits: Tensor, exampleWeights: Tensor | undefined, compute: () => Losses): Tensor {
  return withGradient(
    [logits],
    (save) => {
      const { losses, slopes, shares } = compute();
      const weighted = (x: Tensor): Tensor => (exampleWeights ? tf.mul(x, exampleWeights) : x);
      const total = tf.sum(weighted(shares));
      const factors = exampleWeights ? tf.reshape(exampleWeights, [-1, 1]) : tf.scalar(1);
      save([tf.div(tf.mul(slopes, factors), total)]);
      return tf.div(tf.sum(weighted(losses)), total);
    },
    (dy, [slopes]) => [tf.mul(dy, slopes!)],
  );
}

/**
 * With target t (gold, smoothed), class weights w and C = −Σ t·w·ln p: ∂C/∂z = p · Σ t·w − t·w. The focal factor
 * F = (1 − p_gold)^γ has ∂F/∂z = −γ (1 − p_gold)^(γ−1) p_gold (gold − p).
 */
function softmaxLosses(logits: Tensor, labels: Tensor, options: LossOptions): Losses {
  const { classWeights, focalGamma = 0, focalAlpha, labelSmoothing = 0 } = options;
  const classes = logits.shape[1]!;
  const gold = tf.cast(tf.oneHot(tf.cast(labels, 'int32'), classes), 'float32');
  const logp = tf.logSoftmax(logits);
  const p = tf.softmax(logits);
  const smooth = labelSmoothing ? tf.add(tf.mul(gold, 1 - labelSmoothing), labelSmoothing / classes) : gold;
  const target = classWeights ? tf.mul(smooth, tf.tensor1d([...classWeights])) : smooth;
  const entropy = tf.neg(sumRows(tf.mul(target, logp)));
  const slope = tf.sub(tf.mul(p, sumRows(target)), target);
  const focused = focus({ entropy, slope }, focalGamma, () => ({
    doubt: sumRows(tf.mul(p, tf.sub(1, gold))),
    slope: tf.mul(sumRows(tf.mul(p, gold)), tf.sub(gold, p)),
  }));
  const { losses, slopes } = scale(
    focused,
    focalAlpha && sumRows(tf.mul(gold, tf.tensor1d([...focalAlpha]))),
  );
  const shares = classWeights
    ? tf.sum(tf.mul(gold, tf.tensor1d([...classWeights])), 1)
    : tf.ones([logits.shape[0]!]);
  return { losses: tf.reshape(losses, [-1]), slopes, shares };
}

/** C = −t·w·ln σ(z) − (1 − t)·ln σ(−z), ∂C/∂z = −t·w·σ(−z) + (1 − t)·σ(z), for each class by itself. */
function sigmoidLosses(logits: Tensor, targets: Tensor, options: LossOptions): Losses {
  const { classWeights, focalGamma = 0, focalAlpha, labelSmoothing = 0 } = options;
  const absent = tf.sub(1, targets);
  const smooth = labelSmoothing ? tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / 2) : targets;
  const positive = classWeights ? tf.mul(smooth, tf.tensor1d([...classWeights])) : smooth;
  const negative = tf.sub(1, smooth);
  const [p, notP] = [tf.sigmoid(logits), tf.sigmoid(tf.neg(logits))];
  const entropy = tf.add(tf.mul(positive, softplus(tf.neg(logits))), tf.mul(negative, softplus(logits)));
  const slope = tf.sub(tf.mul(negative, p), tf.mul(positive, notP));
  const focused = focus({ entropy, slope }, focalGamma, () => ({
    doubt: tf.add(tf.mul(targets, notP), tf.mul(absent, p)),
    slope: tf.mul(tf.sub(targets, absent), tf.mul(p, notP)),
  }));
  const { losses, slopes } = scale(
    focused,
    focalAlpha && alphaOf(targets, absent, tf.tensor1d([...focalAlpha])),
  );
  const [batch, classes] = logits.shape as [number, number];
  return { losses: tf.mean(losses, 1), slopes: tf.div(slopes, classes), shares: tf.ones([batch]) };
}

const alphaOf = (targets: Tensor, absent: Tensor, alpha: Tensor): Tensor =>
  tf.add(tf.mul(targets, alpha), tf.mul(absent, tf.sub(1, alpha)));

interface Entropy {
  readonly entropy: Tensor;
  readonly slope: Tensor;
}

/** 1 − p of the truth, and the slope of p. */
interface Truth {
  readonly doubt: Tensor;
  readonly slope: Tensor;
}

/** Below γ = 1 the slope of (1 − p)^γ has no bound where p nears 1. */
const LEAST_DOUBT = 1e-6;

function focus(
  { entropy, slope }: Entropy,
  gamma: number,
  truth: () => Truth,
): Pick<Losses, 'losses' | 'slopes'> {
  if (gamma === 0) return { losses: entropy, slopes: slope };
  const { doubt, slope: rise } = truth();
  const left = gamma < 1 ? tf.maximum(doubt, LEAST_DOUBT) : doubt;
  const factor = tf.pow(left, gamma);
  const fall = tf.mul(tf.mul(tf.pow(left, gamma - 1), gamma), tf.mul(rise, entropy));
  return { losses: tf.mul(factor, entropy), slopes: tf.sub(tf.mul(factor, slope), fall) };
}

const scale = ({ losses, slopes }: Pick<Losses, 'losses' | 'slopes'>, by: Tensor | undefined) =>
  by ? { losses: tf.mul(losses, by), slopes: tf.mul(slopes, by) } : { losses, slopes };

const sumRows = (x: Tensor): Tensor => tf.sum(x, 1, true);

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|) */
const softplus = (x: Tensor): Tensor => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
