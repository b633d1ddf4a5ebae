import { createRng } from '../domain/random.ts';
import type { ProbabilityStatistics } from '../domain/score-statistics.ts';
import { averagePrecision, macroAveragePrecision } from './average-precision.ts';
import { brierScore, calibrationError, listForecasts } from './calibration.ts';
import type { EvaluateOptions } from './evaluate.ts';
import type { LabelSets } from './label-counts.ts';
import { logLoss, multiLabelLogLoss } from './log-loss.ts';
import { fitTemperature, type ScoredLabels, scaleScores, toLogits } from './temperature.ts';
import { tuneBinaryThreshold } from './tune-binary-threshold.ts';
import { tuneThreshold } from './tune-threshold.ts';

/** Of the temperature: each fifth of the documents is scaled with what the others say. */
const FOLDS = 5;
/** Scores that a temperature is fitted to; more move it by nothing that matters. */
const MOST_FITTED = 200_000;

/**
 * How good the probabilities behind a prediction are, before and after temperature scaling. The scaled values are out of
 * fold: a document's temperature is fitted without it.
 */
export function judgeProbabilities(
  gold: LabelSets,
  scores: Float32Array,
  options: EvaluateOptions,
): ProbabilityStatistics {
  const nLabels = options.labels.length;
  const { multiLabel } = options;
  const scored: ScoredLabels = { gold, logits: toLogits(scores, multiLabel), nLabels, multiLabel };
  const loss = multiLabel ? multiLabelLogLoss : logLoss;
  const errorOf = (of: Float32Array): number =>
    calibrationError(listForecasts(gold, of, nLabels, multiLabel));
  const { temperature, scaled } = crossScale(scored);
  const own = ownThreshold(gold, scores, options);
  return {
    scoredDocuments: gold.length,
    prAuc: areaUnderCurve(gold, scores, options),
    logLoss: loss(gold, scores, nLabels),
    brier: brierScore(gold, scores, nLabels, multiLabel),
    ece: errorOf(scores),
    temperature,
    scaledLogLoss: loss(gold, scaled, nLabels),
    scaledEce: errorOf(scaled),
    f1Threshold: own?.threshold ?? null,
    f1AtThreshold: own?.value ?? null,
  };
}

/** Of the positive label, else the mean over the labels that occur. */
function areaUnderCurve(
  gold: LabelSets,
  scores: Float32Array,
  { labels, objective }: EvaluateOptions,
): number {
  if (objective.average !== 'binary') return macroAveragePrecision(gold, scores, labels.length);
  return (
    averagePrecision(gold, scores, labels.length)[labels.indexOf(objective.positiveLabel!)] ?? Number.NaN
  );
}

/** The threshold that serves F1 best, and F1 there: of the positive label, or of several labels a document. */
function ownThreshold(
  gold: LabelSets,
  scores: Float32Array,
  { labels, objective, multiLabel }: EvaluateOptions,
): { threshold: number; value: number } | null {
  const forF1 = { ...objective, metric: 'f1', direction: 'maximize' } as const;
  if (multiLabel) return tuneThreshold(gold, scores, { labels, objective: forF1 });
  const positive = objective.average === 'binary' ? labels.indexOf(objective.positiveLabel!) : -1;
  return positive < 0 ? null : tuneBinaryThreshold(gold, scores, { nLabels: labels.length, positive });
}

function crossScale(scored: ScoredLabels): { temperature: number; scaled: Float32Array } {
  const n = scored.gold.length;
  const order = createRng(0, 0, 'folds').permutation(n);
  const fitted = order.slice(0, Math.max(50, Math.floor(MOST_FITTED / scored.nLabels)));
  const temperature = fitTemperature(scored, fitted);
  const foldOf = new Uint8Array(n);
  for (const [i, document] of order.entries()) foldOf[document] = i % FOLDS;
  const temperatures = Array.from({ length: FOLDS }, (_, fold) =>
    fitTemperature(
      scored,
      fitted.filter((document) => foldOf[document] !== fold),
      temperature,
    ),
  );
  return { temperature, scaled: scaleScores(scored, (document) => temperatures[foldOf[document]!]!) };
}
