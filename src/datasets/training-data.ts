import type { Dataset, DatasetHandle, Document } from '../domain/dataset.ts';
import { DataError, UsageError } from '../domain/errors.ts';
import { createRng } from '../domain/random.ts';
import type { DataRef, StudyData } from '../domain/study.ts';
import { hashJson, identify } from './data-identity.ts';
import {
  describeConflicts,
  describeOverlap,
  describeProblems,
  describeUnknownLabels,
} from './data-warnings.ts';
import { dropOverlap } from './duplicates.ts';
import { createDataset, readDataset, streamRecords } from './read-dataset.ts';
import { splitStratified } from './stratified-split.ts';

/** What a trial trains and validates on, and what a person should know about it. */
export interface TrainingSplit {
  readonly train: Dataset;
  readonly valid: Dataset;
  /** Training documents left out because their text is in the validation or test set. */
  readonly overlapDropped: number;
  /** Sentences for people; empty when nothing is odd. Takes a look at every document: not for each trial. */
  warnings(): string[];
}

export interface TrainingHandles {
  readonly train: DatasetHandle;
  readonly valid: DatasetHandle;
  /** Both sets at once and what was odd about them; shares the handles' one read. */
  readSplit(): Promise<TrainingSplit>;
}

/**
 * The training and validation set of a study, not read yet: the handles' hashes follow from the files' hashes and the
 * options, so that an encoded copy can be found without reading. Without a validation file a stratified share of the
 * training file is held out, always the same for a seed.
 */
export function openTrainingData(data: StudyData, seed: number): TrainingHandles {
  if (data.valid === null && !(data.validFraction > 0 && data.validFraction < 1)) {
    throw new UsageError(`The held-out share must lie between 0 and 1, got ${data.validFraction}.`, {
      fix: '--valid FILE, or a share such as 0.2',
    });
  }
  let split: Promise<TrainingSplit> | null = null;
  const readSplit = (): Promise<TrainingSplit> => (split ??= readTrainingSplit(data, seed));
  return {
    train: { sha256: hashTrain(data, seed), read: async () => (await readSplit()).train },
    valid: { sha256: hashValid(data, seed), read: async () => (await readSplit()).valid },
    readSplit,
  };
}

async function readTrainingSplit(data: StudyData, seed: number): Promise<TrainingSplit> {
  const whole = await readDataset(data.train);
  const given = data.valid === null ? null : await readDataset(data.valid);
  const [rest, held] =
    given === null ? holdOut(data, whole.dataset, seed) : [whole.dataset.documents, given.dataset.documents];
  const test = data.dedupe && data.test !== null ? await readDocuments(data.test) : [];
  // Equal texts are held out together, so only given files can overlap.
  const others = given === null ? [test] : [held, test];
  const overlap = data.dedupe ? dropOverlap(rest, others) : { kept: rest, dropped: 0 };
  const train = createDataset(overlap.kept);
  assertTrainable(train, data.train.path);
  const valid = given?.dataset ?? createDataset(held);
  const warnings = (): string[] => [
    ...describeProblems(data.train, whole.problems),
    ...(data.valid !== null && given !== null ? describeProblems(data.valid, given.problems) : []),
    ...describeOverlap(overlap.dropped),
    ...describeConflicts(train),
    ...describeUnknownLabels(train, valid),
  ];
  return { train, valid, overlapDropped: overlap.dropped, warnings };
}

function holdOut(data: StudyData, { documents }: Dataset, seed: number): [Document[], Document[]] {
  const fraction = data.validFraction;
  const [rest, held] = splitStratified(documents, [1 - fraction, fraction], createRng(seed, 0, 'hold-out'));
  if (held!.length > 0) return [rest!, held!];
  throw new DataError(
    `${data.train.path} has too few documents (${documents.length}) to hold out ${fraction} of them.`,
    {
      fix: 'give a validation file with --valid',
    },
  );
}

export async function readDocuments(ref: DataRef): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const batch of streamRecords(ref)) documents.push(...batch.documents);
  return documents;
}

/** @throws {DataError} where there is nothing to tell apart. */
export function assertTrainable({ labels, documents }: Dataset, path: string): void {
  if (documents.length === 0) {
    throw new DataError(`No document of ${path} is left: every text is also in the validation or test set.`, {
      fix: 'give different files, or --no-dedupe',
    });
  }
  if (labels.length === 1) {
    throw new DataError(`${path} has only one label, "${labels[0]}": there is nothing to learn.`, {
      fix: 'give documents of at least two labels',
    });
  }
}

/** Bump when the same files and options would give other documents. */
const VERSION = 1;

function hashTrain(data: StudyData, seed: number): string {
  const heldOut = data.valid === null ? [data.validFraction, seed] : null;
  const others = data.dedupe ? [identify(data.valid), identify(data.test)] : null;
  return hashJson(['train', VERSION, identify(data.train), heldOut, others]);
}

function hashValid(data: StudyData, seed: number): string {
  if (data.valid !== null) return hashJson(['valid', VERSION, identify(data.valid)]);
  return hashJson(['held-out', VERSION, identify(data.train), data.validFraction, seed]);
}
