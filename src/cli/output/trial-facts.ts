import { betaOf, describeObjective } from '../../domain/objective.ts';
import { type ResampledScores, resampledScoresOf } from '../../domain/resampling.ts';
import type { Study } from '../../domain/study.ts';
import type { FrozenTrial, Metrics } from '../../domain/trial.ts';
import { detailsOf, isFinished, metricsOf } from '../../domain/trial.ts';
import type { Fact } from './facts.ts';
import { describeBroken, formatMetricValue } from './goals.ts';
import { plain } from './plain.ts';
import { formatDuration, formatPairs, formatScore } from './readable.ts';

/** Shown first, in this order; the others follow as they are. */
const FIRST_METRICS = ['f0.5', 'f1', 'precision', 'recall', 'accuracy', 'mcc'];

/** What `hpo best` and `hpo show N` say of a trial. */
export function trialFacts(study: Study, trial: FrozenTrial, metrics = metricsOf(trial)): Fact[] {
  return [
    ['value', valueText(study, trial)],
    ['breaks', describeBroken(study, trial)],
    ['params', formatPairs(trial.params)],
    ['metrics', metricsText(metrics)],
    ['duration', isFinished(trial) ? formatDuration((trial.completedAt - trial.startedAt) / 1000) : ''],
  ];
}

/** `macro F0.5 0.9012`, with folds `… ± 0.0104 over 5 folds`; several objectives are joined by a comma. */
export function valueText({ spec }: Pick<Study, 'spec'>, trial: FrozenTrial): string {
  if (trial.state !== 'complete' && trial.state !== 'pruned') return '';
  return (trial.values ?? [])
    .map((value, i) => {
      const objective = spec?.objectives[i];
      const name = objective === undefined ? '' : `${plain(describeObjective(objective))} `;
      const text = objective === undefined ? formatScore(value) : formatMetricValue(objective.metric, value);
      return name + text + (i === 0 ? spreadText(trial, objective?.metric) : '');
    })
    .join(', ');
}

/** ` ± 0.0104 over 5 folds`: the standard deviation of a mean's values; nothing for a single training. */
function spreadText(trial: FrozenTrial, metric = ''): string {
  const scores = trial.state === 'complete' ? resampledScoresOf(detailsOf(trial)) : null;
  return scores === null ? '' : ` ± ${formatSpread(scores, metric)}`;
}

/** `0.0104 over 5 folds`. */
export function formatSpread({ by, values, sd }: ResampledScores, metric: string): string {
  return `${formatMetricValue(metric, sd)} over ${values.length} ${by}`;
}

/** `F0.5 0.9012  F1 0.8871  precision 0.9120 …`: the main ones, then all others. */
export function metricsText(metrics: Metrics): string {
  const names = Object.keys(metrics);
  const first = FIRST_METRICS.filter((name) => names.includes(name));
  const rest = names.filter((name) => !FIRST_METRICS.includes(name));
  return [...first, ...rest]
    .map((name) => `${metricTitle(name)} ${formatMetricValue(name, metrics[name]!)}`)
    .join('  ');
}

/** Without the averages that the objective does not ask for; a program's own metrics stay. */
export function mainMetrics(metrics: Metrics): Metrics {
  const names = Object.keys(metrics).filter(
    (name) => !/^(macro|micro|weighted|samples)[A-Z]|^f2$/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, metrics[name]!]));
}

function metricTitle(name: string): string {
  return plain(betaOf(name) === null ? name : name.toUpperCase());
}
