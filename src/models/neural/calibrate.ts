import { fitTemperature, type ScoredLabels, scaleScores } from '../../metrics/index.ts';
import type { Labelling } from './text-network.ts';

/** How sure a model is, made honest. */
export interface Calibration {
  /** Divides the logits. */
  readonly temperature: number;
  /** One row a text, one column a label. */
  readonly probabilities: Float32Array;
}

/**
 * Focal loss, class weights and balanced stages all leave probabilities that do not mean what they say: one temperature,
 * fitted on the validation set, mends what can be mended without changing any answer.
 */
export function calibrate(labelling: Labelling, logits: Float32Array): Calibration {
  const scored = { ...labelling, logits };
  const temperature = fitTemperature(scored);
  return { temperature, probabilities: toProbabilities(scored, temperature) };
}

/** Softmax of the logits, or a sigmoid each where a text may have several labels. */
export function toProbabilities(scored: ScoredLabels, temperature: number): Float32Array {
  return scaleScores(scored, () => temperature);
}
