import { type Constraint, totalViolation, violationOf } from '../../domain/constraint.ts';
import { describeObjective } from '../../domain/objective.ts';
import type { Study, StudySpec } from '../../domain/study.ts';
import { type FrozenTrial, metricsOf } from '../../domain/trial.ts';
import { plain } from './plain.ts';
import { formatBytes, formatNumber, formatScore } from './readable.ts';

/** `maximize macro F0.5, minimize modelBytes over 5 folds; modelBytes <= 5 MB`. */
export function describeGoals({
  objectives,
  constraints = [],
  folds,
}: Pick<StudySpec, 'objectives' | 'constraints' | 'folds'>): string {
  const wanted = objectives.map((one) => `${one.direction} ${plain(describeObjective(one))}`).join(', ');
  const over = folds === undefined ? '' : ` over ${folds} folds`;
  return [wanted + over, ...constraints.map(describeConstraint)].join('; ');
}

export function describeConstraint({ metric, relation, bound }: Constraint): string {
  return `${plain(metric)} ${relation} ${formatMetricValue(metric, bound)}`;
}

/** A metric's value with the unit that its name ends with: `5 MB`, `1.2 ms`, `0.9012`. */
export function formatMetricValue(metric: string, value: number): string {
  if (metric.endsWith('Bytes')) return Number.isFinite(value) ? formatBytes(value) : formatNumber(value);
  if (metric.endsWith('Ms')) return `${formatNumber(value)} ms`;
  if (metric.endsWith('Seconds')) return `${formatNumber(value)} s`;
  return Number.isInteger(value) && value > 1 ? String(value) : formatScore(value);
}

/** What a trial breaks and by how much: `modelBytes 6.1 MB, 1.1 MB too much`; empty for one that keeps everything. */
export function describeBroken({ spec }: Pick<Study, 'spec'>, trial: FrozenTrial): string {
  if (totalViolation(trial) === 0) return '';
  const metrics = metricsOf(trial);
  const broken = (spec?.constraints ?? []).filter((one) => violationOf(one, metrics[one.metric] ?? 0) > 0);
  if (broken.length === 0) return `constraints broken by ${formatNumber(totalViolation(trial))}`;
  return broken.map((one) => describeExcess(one, metrics[one.metric]!)).join(', ');
}

function describeExcess({ metric, relation, bound }: Constraint, value: number): string {
  const excess = formatMetricValue(metric, Math.abs(value - bound));
  return `${plain(metric)} ${formatMetricValue(metric, value)}, ${excess} too ${relation === '<=' ? 'much' : 'little'}`;
}
