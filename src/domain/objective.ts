import { UsageError } from './errors.ts';

/** How per-label precision, recall and F-beta become one number (scikit-learn's names). */
export const AVERAGES = ['binary', 'micro', 'macro', 'weighted', 'samples'] as const;
export type Average = (typeof AVERAGES)[number];

export const DIRECTIONS = ['maximize', 'minimize'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What a study searches for; a study has one or more. */
export interface Objective {
  /** A key of the reported metrics: `f0.5`, `f1`, `f2`, `accuracy`, `mcc`, `loss`, `modelBytes` or a program's own. */
  readonly metric: string;
  readonly direction: Direction;
  /** How `f…`, `precision` and `recall` are averaged. */
  readonly average: Average;
  /** The label that counts when `average` is binary. */
  readonly positiveLabel: string | null;
}

/** β of an F-beta metric name such as `f1` or `f0.5`; null for every other metric. */
export function betaOf(metric: string): number | null {
  const match = /^f(\d+(?:\.\d+)?)$/.exec(metric);
  return match ? Number(match[1]) : null;
}

/** What a model costs, measured once at the end of its trial; all others say how good it is. */
export const COST_METRICS: readonly string[] = ['modelBytes', 'latencyMs', 'trainSeconds'];

const MINIMIZED = new Set(['loss', 'ece', ...COST_METRICS]);

/** Whether a metric of labels lies between 0 and 1, the more the better. */
export function isScore(metric: string): boolean {
  return /^(f\d+(\.\d+)?|(micro|macro|weighted|samples)(F[\d.]+|Precision|Recall)|precision|recall|accuracy)$/.test(
    metric,
  );
}

/**
 * `f0.5`, `F1`, `accuracy` … as typed by a person: lower-cased names, the field's usual direction; `latency:minimize`
 * says which way.
 */
export function parseMetric(text: string): { metric: string; direction: Direction } {
  const suffix = /:(maximize|minimize)\s*$/.exec(text);
  if (suffix !== null)
    return { ...parseMetric(text.slice(0, suffix.index)), direction: suffix[1] as Direction };
  const trimmed = text.trim();
  const metric = /^f\d+(\.\d+)?$/i.test(trimmed) ? trimmed.toLowerCase() : trimmed;
  if (!/^[A-Za-z][\w.\-@]*$/.test(metric)) {
    throw new UsageError(`"${text}" is no metric name.`, {
      fix: 'use f0.5, f1, f2, precision, recall, accuracy, mcc or loss',
    });
  }
  return { metric, direction: MINIMIZED.has(metric) ? 'minimize' : 'maximize' };
}

/**
 * The objective that trials report while they run, are pruned by and tune themselves by: the one that `pruneBy` names, else
 * the first that is no cost.
 */
export function reportedObjective({
  objectives,
  pruneBy,
}: {
  readonly objectives: readonly Objective[];
  readonly pruneBy?: Pick<Objective, 'metric' | 'direction'>;
}): Objective {
  const first = objectives[0]!;
  if (pruneBy === undefined) return objectives.find(({ metric }) => !COST_METRICS.includes(metric)) ?? first;
  return objectives.find(({ metric }) => metric === pruneBy.metric) ?? { ...first, ...pruneBy };
}

/** As {@link parseMetric} reads it. */
export function formatMetric({ metric, direction }: Pick<Objective, 'metric' | 'direction'>): string {
  return `${metric}:${direction}`;
}

/** What is known of the labels when an objective has to be chosen. */
export interface LabelSummary {
  /** Documents by label, in the training set. */
  readonly counts: Readonly<Record<string, number>>;
  readonly documents: number;
  /** Whether any document carries several labels. */
  readonly multiLabel: boolean;
}

/**
 * The objective when a person names none: two labels of which the larger holds at least 60 % → binary F0.5 of the
 * rarer one; several labels a document → micro F0.5; else macro F0.5 (micro would equal accuracy, blind to imbalance).
 */
export function defaultObjective(labels: LabelSummary, metric = 'f0.5'): Objective {
  const { direction } = parseMetric(metric);
  const entries = Object.entries(labels.counts).sort(([, a], [, b]) => a - b);
  if (labels.multiLabel) return { metric, direction, average: 'micro', positiveLabel: null };
  if (entries.length === 2 && entries[1]![1] >= 0.6 * labels.documents) {
    return { metric, direction, average: 'binary', positiveLabel: entries[0]![0] };
  }
  return { metric, direction, average: 'macro', positiveLabel: null };
}

/** Whether `a` is better than `b` for this direction; NaN is never better. */
export function isBetter(direction: Direction, a: number, b: number): boolean {
  if (Number.isNaN(a)) return false;
  if (Number.isNaN(b)) return true;
  return direction === 'maximize' ? a > b : a < b;
}

/** For people: `macro F0.5`, `F1 of "spam"`, `accuracy`. */
export function describeObjective({ metric, average, positiveLabel }: Objective): string {
  const shown = betaOf(metric) === null ? metric : metric.toUpperCase();
  if (betaOf(metric) === null && metric !== 'precision' && metric !== 'recall') return shown;
  return average === 'binary' ? `${shown} of "${positiveLabel}"` : `${average} ${shown}`;
}
