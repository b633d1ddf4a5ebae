import type { Objective } from '../../domain/objective.ts';
import type { Metrics } from '../../domain/trial.ts';
import { evaluate } from '../../metrics/index.ts';

/** True and predicted labels are kept for so many documents, to stay within bounded memory. */
const MAX_DOCUMENTS = 2_000_000;

/** Collects true and predicted labels while predictions stream by. */
export interface MetricsCollector {
  /** @param gold the true labels */
  add(gold: readonly string[], predicted: readonly string[]): void;
  /** Null when no document carried labels. */
  result(): TestResult | null;
}

export interface TestResult {
  readonly metrics: Metrics;
  /** By which `f…`, `precision` and `recall` are averaged. */
  readonly objective: Objective;
  readonly documents: number;
  /** Whether there were more documents than could be kept. */
  readonly truncated: boolean;
}

export function collectMetrics(
  labels: readonly string[],
  objective: Objective | null,
  multiLabel: boolean,
): MetricsCollector {
  const intern = labelSetInterner(labels);
  const gold: (readonly number[])[] = [];
  const predicted: (readonly number[])[] = [];
  let [seen, several] = [0, multiLabel];
  return {
    add: (goldLabels, predictedLabels) => {
      if (goldLabels.length === 0) return;
      seen++;
      if (gold.length >= MAX_DOCUMENTS) return;
      several ||= goldLabels.length > 1;
      gold.push(intern(goldLabels));
      predicted.push(intern(predictedLabels));
    },
    result: () => {
      if (gold.length === 0) return null;
      const fallback: Objective = {
        metric: 'f0.5',
        direction: 'maximize',
        average: several ? 'micro' : 'macro',
        positiveLabel: null,
      };
      const options = { labels, objective: objective ?? fallback, multiLabel: several };
      return {
        metrics: evaluate(gold, predicted, options),
        objective: options.objective,
        documents: gold.length,
        truncated: seen > gold.length,
      };
    },
  };
}

/** Equal sets of labels share one array: a million documents hold a million pointers, not a million arrays. */
function labelSetInterner(labels: readonly string[]): (names: readonly string[]) => readonly number[] {
  const indices = new Map(labels.map((label, i) => [label, i]));
  const sets = new Map<string, readonly number[]>();
  return (names) => {
    const set = names.map((name) => indices.get(name) ?? -1);
    const key = set.join(' ');
    const shared = sets.get(key);
    if (shared) return shared;
    sets.set(key, set);
    return set;
  };
}
