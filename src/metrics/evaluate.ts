import { betaOf, type Objective } from '../domain/objective.ts';
import type { Metrics } from '../domain/trial.ts';
import { accuracy } from './accuracy.ts';
import { averageCounts, averageSamples } from './averages.ts';
import type { Scores } from './f-beta.ts';
import { countLabels, type LabelSets, supportedLabels } from './label-counts.ts';
import { matthews } from './matthews.ts';

export interface EvaluateOptions {
  /** The training set's labels, which the indices point into. */
  readonly labels: readonly string[];
  readonly objective: Objective;
  readonly multiLabel: boolean;
}

type AverageKind = Objective['average'];
/** Scores for one β, however averaged. */
type Averager = (average: AverageKind, beta: number) => Scores;

/**
 * All metrics of a prediction by name. `f0.5`, `f1`, `f2` (and the objective's own β), `precision` and `recall` are
 * averaged as the objective says; the rest carries its average in its name. Macro averages run over the labels that have
 * gold support, `macroLabels` of them. Ratios without a denominator are 0.
 */
export function evaluate(gold: LabelSets, predicted: LabelSets, options: EvaluateOptions): Metrics {
  const { labels, objective, multiLabel } = options;
  const counts = countLabels(gold, predicted, labels.length);
  const supported = supportedLabels(counts);
  const positive = objective.positiveLabel === null ? undefined : labels.indexOf(objective.positiveLabel);
  const averager: Averager = (average, beta) => {
    const settings = { beta, zeroDivision: 0 };
    switch (average) {
      case 'samples':
        return averageSamples(gold, predicted, settings);
      case 'macro':
        return averageCounts(counts, average, { ...settings, subset: supported });
      case 'binary':
        return averageCounts(counts, average, { ...settings, ...(positive !== undefined && { positive }) });
      case 'micro':
      case 'weighted':
        return averageCounts(counts, average, settings);
    }
  };
  return {
    ...objectiveScores(averager, objective),
    accuracy: accuracy(gold, predicted),
    ...(multiLabel
      ? { samplesF1: averager('samples', 1).fBeta }
      : { mcc: matthews(gold, predicted, labels.length) }),
    ...namedAverages(averager),
    macroLabels: supported.length,
  };
}

function objectiveScores(averager: Averager, { metric, average }: Objective): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const beta of new Set([0.5, 1, 2, betaOf(metric) ?? 1])) {
    scores[`f${beta}`] = averager(average, beta).fBeta;
  }
  const { precision, recall } = averager(average, 1);
  // `f1.0` is a name of f1 too: the objective's value is there under the name that was asked for.
  if (betaOf(metric) !== null) scores[metric] = averager(average, betaOf(metric)!).fBeta;
  return { ...scores, precision, recall };
}

function namedAverages(averager: Averager): Record<string, number> {
  const named: Record<string, number> = {};
  for (const average of ['macro', 'micro', 'weighted'] as const) {
    const { precision, recall, fBeta } = averager(average, 1);
    named[`${average}F0.5`] = averager(average, 0.5).fBeta;
    named[`${average}F1`] = fBeta;
    named[`${average}Precision`] = precision;
    named[`${average}Recall`] = recall;
  }
  return named;
}
