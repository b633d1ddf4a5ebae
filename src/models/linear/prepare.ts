import type { Document } from '../../domain/dataset.ts';
import { TrialFailure } from '../../domain/ports.ts';
import { normalise } from '../../text/normalise.ts';
import type { Pace } from '../pace.ts';
import { numberLabels, selectTrainable, type TrainingSets } from '../training-sets.ts';
import type { LinearParams } from './params.ts';
import type { LabelCosts, LinearProblem } from './solver.ts';
import { encodeDocuments, fitVocabulary, type SparseMatrix, type Vocabulary } from './tfidf.ts';
import { tokenise } from './tokens.ts';

/** Documents as vectors, with the numbers of their labels; −1: a label that training does not know. */
export interface EncodedDocuments {
  readonly features: SparseMatrix;
  readonly gold: readonly (readonly number[])[];
}

export interface PreparedTraining {
  readonly problem: LinearProblem;
  readonly vocabulary: Vocabulary;
  /** The validation set. */
  readonly held: EncodedDocuments;
}

/** Learns the features from the training set and encodes both sets with them. */
export async function prepareTraining(
  sets: TrainingSets,
  params: LinearParams,
  pace: Pace,
): Promise<PreparedTraining> {
  const { labels } = sets.train;
  const documents = selectTrainable(sets);
  const corpus = await tokeniseDocuments(documents, params, pace);
  const vocabulary = await fitVocabulary(corpus, params.tfidf, pace);
  if (vocabulary.idf.length === 0) {
    throw new TrialFailure('bad-data', `no n-gram occurs in minDf = ${params.tfidf.minDf} documents`);
  }
  const features = await encodeDocuments(corpus, vocabulary, params.tfidf, pace);
  const gold = numberLabels(documents, labels);
  const loss = sets.multiLabel ? 'ova' : 'softmax';
  const labelling = { gold, nLabels: labels.length, loss } as const;
  const validCorpus = await tokeniseDocuments(sets.valid.documents, params, pace);
  return {
    problem: { features, ...labelling, costs: countCosts(labelling, params) },
    vocabulary,
    held: {
      features: await encodeDocuments(validCorpus, vocabulary, params.tfidf, pace),
      gold: numberLabels(sets.valid.documents, labels),
    },
  };
}

function tokeniseDocuments(documents: readonly Document[], params: LinearParams, pace: Pace) {
  const texts = documents.map(({ text }) => text);
  return tokenise(texts, (text) => normalise(text, params.normalise), pace);
}

/**
 * C, times (n / (groups · n_group))^balance: with balance 1 every group weighs the same in all. The groups are the labels
 * where each document has one, and those with and without the label where each label is told apart by itself.
 */
export function countCosts(
  { gold, nLabels, loss }: Pick<LinearProblem, 'gold' | 'nLabels' | 'loss'>,
  { C, balance }: Pick<LinearParams, 'C' | 'balance'>,
): LabelCosts {
  const counts = new Float64Array(nLabels);
  for (const labels of gold) for (const label of labels) counts[label]!++;
  const n = gold.length;
  const groups = loss === 'softmax' ? nLabels : 2;
  // A group that is empty costs nothing, whatever its weight.
  const cost = (size: number): number => C * (n / (groups * Math.max(size, 1))) ** balance;
  return { present: counts.map(cost), absent: counts.map((count) => cost(n - count)) };
}
