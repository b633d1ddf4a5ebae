import type { ScoreStatistics } from '../../domain/score-statistics.ts';
import type { Rival, Story } from '../statistics/story.ts';
import type { Fact } from './facts.ts';
import { formatMetricValue } from './goals.ts';
import { plain } from './plain.ts';
import { formatNumber, formatScore } from './readable.ts';

/** What `hpo best` and `hpo show N` say of what a trial's value is worth. */
export function storyFacts(story: Story): Fact[] {
  const { statistics } = story;
  return [
    ['95 % interval', statistics === null ? '' : intervalText(statistics)],
    ['measured on', statistics === null ? '' : supportText(statistics)],
    ['as good', closeText(story)],
    [story.rival?.role ?? 'rival', story.rival === null ? '' : rivalText(story.rival, story.metric)],
    ['baselines', baselineText(story)],
    ['threshold', thresholdText(story)],
    ...(statistics === null ? [] : probabilityFacts(statistics)),
  ];
}

export function intervalText({ low, high, standardError }: ScoreStatistics): string {
  if (low === null || high === null || standardError === null) return '';
  return `${formatScore(low)} – ${formatScore(high)}, standard error ${formatScore(standardError)}`;
}

export function supportText({ documents, smallestLabel, smallestSupport }: ScoreStatistics): string {
  const rarest =
    smallestLabel === null ? '' : `; the rarest label, ${plain(smallestLabel)}, has ${smallestSupport}`;
  return `${documents} documents${rarest}`;
}

/** PR-AUC, log-loss and calibration; before and after a temperature. */
export function probabilityFacts(statistics: ScoreStatistics): Fact[] {
  const { prAuc, logLoss, ece, temperature, scaledLogLoss, scaledEce, f1AtThreshold, f1Threshold } =
    statistics;
  const scores = Object.entries({ 'PR-AUC': prAuc, 'log-loss': logLoss, ECE: ece })
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${formatScore(value)}`]))
    .join('  ');
  const isScaled = temperature !== null && scaledLogLoss !== null && scaledEce !== null;
  const scaled = isScaled
    ? `log-loss ${formatScore(scaledLogLoss)}  ECE ${formatScore(scaledEce)}  at T ${formatNumber(temperature)}, out of fold`
    : '';
  const ownF1 =
    f1AtThreshold === null
      ? ''
      : `${formatScore(f1AtThreshold)} at a threshold of its own, ${formatNumber(f1Threshold ?? 0)}`;
  return [
    ['best F1', ownF1],
    ['probabilities', scores],
    ['temperature-scaled', scaled],
  ];
}

function closeText({ withinOneStandardError: close, rival }: Story): string {
  if (close === null) return '';
  const count = close.length === 0 ? 'no' : String(close.length);
  const better = rival?.role === 'best' ? ', or better' : '';
  return `${count} other trial${close.length === 1 ? '' : 's'} within one standard error${better}`;
}

function rivalText(rival: Rival, metric: string | null): string {
  const name = `trial ${rival.number}  ${formatMetricValue(metric ?? '', rival.value)}`;
  if (rival.probabilityBetter === null) return `${name}  P(better) unknown: ${plain(rival.reason)}`;
  const { low, high } = rival.difference;
  const chance = Math.min(0.999, Math.max(0.001, rival.probabilityBetter)).toFixed(3);
  return `${name}  P(better) ${chance}, difference ${formatScore(low)} to ${formatScore(high)}`;
}

function baselineText({ metric, defaults, majority }: Story): string {
  const own =
    defaults === null
      ? 'the default configuration was not tried'
      : `default configuration (trial ${defaults.number}) ${defaults.value === null ? 'has no value' : formatMetricValue(metric ?? '', defaults.value)}`;
  if (majority === null) return defaults === null ? '' : own;
  return `${own}, always ${plain(majority.label)} ${formatScore(majority.value)}`;
}

function thresholdText({ threshold, statistics }: Story): string {
  if (threshold !== null) return `${formatNumber(threshold)}, tuned on the validation set`;
  return statistics === null ? '' : 'none: the most probable label decides';
}
