import { betaOf, type Objective } from '../domain/objective.ts';
import { requirePositive } from './averages.ts';
import { fBeta } from './f-beta.ts';
import { countLabels, type LabelSets } from './label-counts.ts';

/** An objective's value while predictions are added one by one; adding and reading take constant time. */
export interface RunningScore {
  add(document: number, label: number): void;
  value(): number;
}

type ScoreFunction = (truePositives: number, gold: number, predicted: number) => number;

/** What is scored apart and then averaged: labels, documents, or everything at once. */
interface Groups {
  readonly groupOf: (document: number, label: number) => number;
  /** Gold labels of each group. */
  readonly gold: Float64Array;
  /** Share of each group in the average. */
  readonly weights: Float64Array;
}

/**
 * Starts from no predictions. Metrics that predictions alone do not decide (loss, size …) are stood in for by F1; the
 * Matthews coefficient is single-label and is stood in for too.
 */
export function startRunningScore(
  gold: LabelSets,
  labels: readonly string[],
  objective: Objective,
): RunningScore {
  const groups = groupPredictions(gold, labels, objective);
  const score = scoreFunction(objective.metric);
  const { groupOf, gold: wanted, weights } = groups;
  const [hits, found] = [new Float64Array(wanted.length), new Float64Array(wanted.length)];
  let sum = weights.reduce((total, weight, group) => total + weight * score(0, wanted[group]!, 0), 0);
  return {
    add(document, label) {
      const group = groupOf(document, label);
      const weight = weights[group]!;
      sum -= weight * score(hits[group]!, wanted[group]!, found[group]!);
      found[group]!++;
      if (gold[document]!.includes(label)) hits[group]!++;
      sum += weight * score(hits[group]!, wanted[group]!, found[group]!);
    },
    value: () => sum,
  };
}

function scoreFunction(metric: string): ScoreFunction {
  switch (metric) {
    case 'precision':
      return (hits, _, found) => (found === 0 ? 0 : hits / found);
    case 'recall':
      return (hits, wanted) => (wanted === 0 ? 0 : hits / wanted);
    case 'accuracy':
      return (hits, wanted, found) => Number(hits === wanted && hits === found);
    default: {
      const beta = betaOf(metric) ?? 1;
      return (hits, wanted, found) => fBeta(hits, wanted, found, beta, 0);
    }
  }
}

function groupPredictions(gold: LabelSets, labels: readonly string[], objective: Objective): Groups {
  if (objective.metric === 'accuracy' || objective.average === 'samples') return groupByDocument(gold);
  const counts = countLabels(
    gold,
    gold.map(() => []),
    labels.length,
  );
  const groupOf = (_: number, label: number): number => label;
  const total = counts.gold.reduce((sum, n) => sum + n, counts.unknownGold);
  switch (objective.average) {
    case 'micro':
      return { groupOf: () => 0, gold: Float64Array.of(total), weights: Float64Array.of(1) };
    case 'macro': {
      const supported = counts.gold.reduce((n, support) => n + Number(support > 0), 0);
      return { groupOf, gold: counts.gold, weights: counts.gold.map((n) => (n > 0 ? 1 / supported : 0)) };
    }
    case 'weighted':
      return { groupOf, gold: counts.gold, weights: counts.gold.map((n) => n / (total || 1)) };
    case 'binary': {
      const weights = new Float64Array(labels.length);
      weights[requirePositive(labels.indexOf(objective.positiveLabel ?? ''))] = 1;
      return { groupOf, gold: counts.gold, weights };
    }
  }
}

function groupByDocument(gold: LabelSets): Groups {
  return {
    groupOf: (document) => document,
    gold: Float64Array.from(gold, (labels) => labels.length),
    weights: new Float64Array(gold.length).fill(1 / (gold.length || 1)),
  };
}
