import type { Dataset, Document } from '../domain/dataset.ts';
import { TrialFailure } from '../domain/ports.ts';

export interface TrainingSets {
  readonly train: Dataset;
  readonly valid: Dataset;
  readonly multiLabel: boolean;
}

/**
 * The documents to learn from. One without a label says nothing where each has one; where a document may have several it
 * has none of them.
 * @throws {TrialFailure} `bad-data` where there is nothing to learn, or nothing to measure on
 */
export function selectTrainable({ train, valid, multiLabel }: TrainingSets): readonly Document[] {
  const labelled = train.documents.filter(({ labels }) => labels.length > 0);
  if (labelled.length === 0) throw new TrialFailure('bad-data', 'the training set has no labelled document');
  if (train.labels.length < 2) {
    const only = JSON.stringify(train.labels[0]);
    throw new TrialFailure('bad-data', `the training set has one label only, ${only}: nothing to tell apart`);
  }
  if (valid.documents.length === 0) throw new TrialFailure('bad-data', 'the validation set is empty');
  return multiLabel ? train.documents : labelled;
}

/** The documents' labels as numbers into `labels`; −1: one that is not among them. */
export function numberLabels(documents: readonly Document[], labels: readonly string[]): number[][] {
  const numbers = new Map(labels.map((label, number) => [label, number]));
  return documents.map((document) => document.labels.map((label) => numbers.get(label) ?? -1));
}
