import { UsageError } from '../domain/errors.ts';
import type { Average } from '../domain/objective.ts';
import { type Scores, scoreCounts } from './f-beta.ts';
import type { LabelCounts, LabelSets } from './label-counts.ts';

export interface AverageOptions {
  readonly beta: number;
  /** Label indices that take part; absent: all of them, and unknown gold labels as misses. */
  readonly subset?: readonly number[];
  /** Index of the label that counts for `binary`. */
  readonly positive?: number;
  /** 0, 1 or NaN; NaN scores are left out of a mean. */
  readonly zeroDivision: number;
}

/** The averages that need only the counts by label. */
export function averageCounts(
  counts: LabelCounts,
  average: Exclude<Average, 'samples'>,
  options: AverageOptions,
): Scores {
  const { beta, zeroDivision } = options;
  const labels = options.subset ?? Array.from(counts.gold.keys());
  const missed = options.subset === undefined ? counts.unknownGold : 0;
  switch (average) {
    case 'binary':
      return scoreLabel(counts, requirePositive(options.positive), options);
    case 'micro': {
      const total = (by: Float64Array): number => labels.reduce((sum, label) => sum + by[label]!, 0);
      const gold = total(counts.gold) + missed;
      return scoreCounts(total(counts.truePositives), gold, total(counts.predicted), beta, zeroDivision);
    }
    case 'macro':
      return meanScores(labels.map((label) => scoreLabel(counts, label, options)));
    case 'weighted': {
      const scores = labels.map((label) => scoreLabel(counts, label, options));
      const weights = labels.map((label) => counts.gold[label]!);
      if (missed === 0) return meanScores(scores, weights);
      return meanScores([...scores, { precision: 0, recall: 0, fBeta: 0 }], [...weights, missed]);
    }
  }
}

/** Scores of one label against the rest. */
export function scoreLabel(
  counts: LabelCounts,
  label: number,
  { beta, zeroDivision }: Pick<AverageOptions, 'beta' | 'zeroDivision'>,
): Scores {
  const { truePositives, gold, predicted } = counts;
  return scoreCounts(truePositives[label]!, gold[label]!, predicted[label]!, beta, zeroDivision);
}

/** Scores of each document's label set, averaged over the documents. */
export function averageSamples(
  gold: LabelSets,
  predicted: LabelSets,
  { beta, subset, zeroDivision }: AverageOptions,
  sampleWeight?: ArrayLike<number>,
): Scores {
  const chosen = subset && new Set(subset);
  const pick = (labels: readonly number[]): readonly number[] =>
    chosen ? labels.filter((label) => chosen.has(label)) : labels;
  const scores = gold.map((labels, i) => {
    const [wanted, found] = [pick(labels), pick(predicted[i]!)];
    const hits = found.reduce((sum, label) => sum + Number(wanted.includes(label)), 0);
    return scoreCounts(hits, wanted.length, found.length, beta, zeroDivision);
  });
  return meanScores(scores, sampleWeight);
}

function meanScores(scores: readonly Scores[], weights?: ArrayLike<number>): Scores {
  const mean = (key: keyof Scores): number =>
    meanWithoutNaN(
      scores.map((score) => score[key]),
      weights,
    );
  return { precision: mean('precision'), recall: mean('recall'), fBeta: mean('fBeta') };
}

/** The weighted mean of the numbers; NaN of none. Weights that are all zero are ignored. */
function meanWithoutNaN(values: readonly number[], weights?: ArrayLike<number>): number {
  let [sum, total, plain, n] = [0, 0, 0, 0];
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const weight = weights?.[i] ?? 1;
    sum += value * weight;
    total += weight;
    plain += value;
    n++;
  }
  return total === 0 ? plain / n : sum / total;
}

/** The index itself, if it is one. @throws {UsageError} */
export function requirePositive(positive: number | undefined): number {
  if (positive !== undefined && positive >= 0) return positive;
  throw new UsageError('A binary average needs a positive label that the training set has.', {
    fix: 'name one with --positive-label, or use --average macro',
  });
}
