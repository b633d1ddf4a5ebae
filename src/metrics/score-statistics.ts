import { createRng } from '../domain/random.ts';
import type { ScoreStatistics } from '../domain/score-statistics.ts';
import { bootstrapScore } from './bootstrap.ts';
import type { EvaluateOptions } from './evaluate.ts';
import { countLabels, type LabelSets, supportedLabels } from './label-counts.ts';
import { startResampledScore } from './resampled-score.ts';

/**
 * The statistics of a prediction's objective. Every prediction of as many documents meets the same resamples, so equal
 * predictions have equal statistics.
 */
export function computeStatistics(
  gold: LabelSets,
  predicted: LabelSets,
  options: EvaluateOptions,
): ScoreStatistics {
  const score = startResampledScore(gold, predicted, options);
  const bootstrap = score && bootstrapScore(score, { rng: createRng(0, 0, 'bootstrap') });
  const counts = countLabels(gold, predicted, options.labels.length);
  const [smallest] = supportedLabels(counts).sort((a, b) => counts.gold[a]! - counts.gold[b]!);
  return {
    documents: gold.length,
    smallestLabel: smallest === undefined ? null : options.labels[smallest]!,
    smallestSupport: smallest === undefined ? null : counts.gold[smallest]!,
    standardError: bootstrap?.standardError ?? null,
    low: bootstrap?.low ?? null,
    high: bootstrap?.high ?? null,
    resamples: bootstrap?.resamples ?? null,
  };
}
