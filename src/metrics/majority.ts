import type { Metrics } from '../domain/trial.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import type { LabelSets } from './label-counts.ts';

/**
 * What answering every document with label 0, the most frequent one of the training set, would score: a model that is no
 * better has learnt nothing.
 */
export function evaluateMajority(gold: LabelSets, options: EvaluateOptions): Metrics {
  const everywhere = gold.map(() => [0]);
  return evaluate(gold, everywhere, options);
}
