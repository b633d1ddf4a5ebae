import { betaOf, type Objective } from '../domain/objective.ts';
import { averageCounts } from './averages.ts';
import type { EvaluateOptions } from './evaluate.ts';
import { scoreCounts } from './f-beta.ts';
import { type LabelCounts, type LabelSets, supportedLabels } from './label-counts.ts';
import { matthewsOfCounts } from './matthews.ts';

/** An objective's value on any multiset of the evaluated documents, without evaluating it from scratch. */
export interface ResampledScore {
  /** Number of each document's kind: documents of one kind have the same gold labels and the same predictions. */
  readonly kindOf: Int32Array;
  readonly nKinds: number;
  /** The objective's value on `counts[kind]` documents of each kind: what `evaluate` says of them. */
  value(counts: ArrayLike<number>): number;
}

/**
 * Null for a metric that gold labels and predictions do not decide (loss, model size, a program's own).
 * A document takes part by its kind only, so a resample costs one increment a document and one sum over the kinds.
 */
export function startResampledScore(
  gold: LabelSets,
  predicted: LabelSets,
  options: EvaluateOptions,
): ResampledScore | null {
  const kinds = findKinds(gold, predicted);
  const value = valueFunction(kinds, options);
  return value === null ? null : { kindOf: kinds.kindOf, nKinds: kinds.all.length, value };
}

/** Of a metric that is a mean over documents, such as a loss: every document is a kind of its own. */
export function startResampledMean(values: ArrayLike<number>): ResampledScore {
  return {
    kindOf: Int32Array.from({ length: values.length }, (_, document) => document),
    nKinds: values.length,
    value: (counts) => {
      let [sum, n] = [0, 0];
      for (let i = 0; i < values.length; i++) {
        sum += counts[i]! * values[i]!;
        n += counts[i]!;
      }
      return sum / n;
    },
  };
}

interface Kind {
  readonly gold: readonly number[];
  readonly predicted: readonly number[];
  readonly hits: readonly number[];
}

interface Kinds {
  readonly kindOf: Int32Array;
  readonly all: readonly Kind[];
}

function findKinds(gold: LabelSets, predicted: LabelSets): Kinds {
  const numbers = new Map<string, number>();
  const all: Kind[] = [];
  const kindOf = Int32Array.from(gold, (labels, document) => {
    const found = predicted[document]!;
    const key = `${labels.toSorted(byNumber)}|${found.toSorted(byNumber)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, all.length);
    return all.push({ gold: labels, predicted: found, hits: found.filter((l) => labels.includes(l)) }) - 1;
  });
  return { kindOf, all };
}

const byNumber = (a: number, b: number): number => a - b;

type ValueFunction = (counts: ArrayLike<number>) => number;

function valueFunction(
  { all }: Kinds,
  { labels, objective, multiLabel }: EvaluateOptions,
): ValueFunction | null {
  const { metric, average } = objective;
  const isF = betaOf(metric) !== null || metric === 'precision' || metric === 'recall';
  if (metric === 'accuracy') return meanOver(all.map(isRight));
  if (metric === 'mcc' && !multiLabel) {
    const count = labelCounter(all, labels.length);
    return (counts) => matthewsOfCounts(count(counts), sumWhere(all, counts, isUnanswered));
  }
  if (!isF) return null;
  if (average === 'samples') return meanOver(all.map((kind) => scoreOfDocument(kind, metric)));
  return averagedValue(all, labels, objective, average);
}

const isRight = ({ gold, predicted, hits }: Kind): number =>
  Number(hits.length === gold.length && hits.length === predicted.length);

const isUnanswered = ({ predicted }: Kind): boolean => predicted.length === 0;

function scoreOfDocument({ gold, predicted, hits }: Kind, metric: string): number {
  const scores = scoreCounts(hits.length, gold.length, predicted.length, betaOf(metric) ?? 1, 0);
  return pickScore(scores, metric);
}

/** Macro averages run over the labels that the resample itself has, as they do over a whole set. */
function averagedValue(
  all: readonly Kind[],
  labels: readonly string[],
  { metric, positiveLabel }: Objective,
  average: Exclude<Objective['average'], 'samples'>,
): ValueFunction {
  const count = labelCounter(all, labels.length);
  const settings = {
    beta: betaOf(metric) ?? 1,
    zeroDivision: 0,
    ...(positiveLabel !== null && { positive: labels.indexOf(positiveLabel) }),
  };
  return (counts) => {
    const byLabel = count(counts);
    const subset = average === 'macro' ? { subset: supportedLabels(byLabel) } : {};
    return pickScore(averageCounts(byLabel, average, { ...settings, ...subset }), metric);
  };
}

function pickScore(scores: ReturnType<typeof scoreCounts>, metric: string): number {
  if (metric === 'precision' || metric === 'recall') return scores[metric];
  return scores.fBeta;
}

/** Counts by label from counts by kind; the same arrays are filled again each time. */
function labelCounter(all: readonly Kind[], nLabels: number): (counts: ArrayLike<number>) => LabelCounts {
  const [truePositives, gold, predicted] = [0, 0, 0].map(() => new Float64Array(nLabels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return (counts) => {
    for (const array of [truePositives, gold, predicted]) array.fill(0);
    let unknownGold = 0;
    for (const [number, kind] of all.entries()) {
      const n = counts[number]!;
      if (n === 0) continue;
      for (const label of kind.gold) {
        if (label < 0) unknownGold += n;
        else gold[label]! += n;
      }
      for (const label of kind.predicted) predicted[label]! += n;
      for (const label of kind.hits) truePositives[label]! += n;
    }
    return { truePositives, gold, predicted, unknownGold };
  };
}

function meanOver(scores: readonly number[]): ValueFunction {
  return startResampledMean(scores).value;
}

function sumWhere(all: readonly Kind[], counts: ArrayLike<number>, holds: (kind: Kind) => boolean): number {
  return all.reduce((sum, kind, number) => sum + (holds(kind) ? counts[number]! : 0), 0);
}
