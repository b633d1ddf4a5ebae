import type { LabelSets } from './label-counts.ts';

/** Probabilities and what came of them: 1 where the event happened. */
export interface Forecasts {
  readonly probabilities: Float64Array;
  readonly outcomes: Uint8Array;
}

/** Naeini et al. (2015) and Guo et al. (2017) use as many, of equal width. */
const BINS = 15;

/**
 * Expected calibration error: forecasts are put into 15 bins of equal width by their probability; in each the mean
 * probability is held against the share of events, and these gaps are averaged by the bins' numbers of forecasts. 0–1, NaN
 * without forecasts. Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015, eq. 3.
 */
export function calibrationError({ probabilities, outcomes }: Forecasts, bins = BINS): number {
  const [promised, happened] = [new Float64Array(bins), new Float64Array(bins)];
  for (const [i, probability] of probabilities.entries()) {
    // Bins are open to the left, as Guo's are: (0, 1/15], …
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
    promised[bin]! += probability;
    happened[bin]! += outcomes[i]!;
  }
  return promised.reduce((sum, p, bin) => sum + Math.abs(p - happened[bin]!), 0) / probabilities.length;
}

/** What a model's scores foretell: of one label a document that the top label is right, of several each pair's. */
export function listForecasts(
  gold: LabelSets,
  scores: Float32Array,
  nLabels: number,
  multiLabel: boolean,
): Forecasts {
  if (multiLabel) {
    const outcomes = new Uint8Array(scores.length);
    for (const [document, labels] of gold.entries())
      for (const label of labels) if (label >= 0) outcomes[document * nLabels + label] = 1;
    return { probabilities: Float64Array.from(scores), outcomes };
  }
  const [probabilities, outcomes] = [new Float64Array(gold.length), new Uint8Array(gold.length)];
  for (const [document, labels] of gold.entries()) {
    const row = scores.subarray(document * nLabels, (document + 1) * nLabels);
    const top = row.reduce((best, score, label) => (score > row[best]! ? label : best), 0);
    probabilities[document] = row[top]!;
    outcomes[document] = Number(labels.includes(top));
  }
  return { probabilities, outcomes };
}

/**
 * Brier score: the mean squared distance of probabilities from what is true. Of one label a document summed over its
 * labels (0–2; Brier 1950), of several the mean over all pairs (0–1). Lower is better.
 */
export function brierScore(
  gold: LabelSets,
  scores: Float32Array,
  nLabels: number,
  multiLabel: boolean,
): number {
  let sum = 0;
  for (const [document, labels] of gold.entries()) {
    for (let label = 0; label < nLabels; label++) {
      const error = scores[document * nLabels + label]! - Number(labels.includes(label));
      sum += error * error;
    }
  }
  return sum / (multiLabel ? scores.length : gold.length);
}
