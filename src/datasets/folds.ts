import type { Dataset, DatasetHandle, Document } from '../domain/dataset.ts';
import { DataError } from '../domain/errors.ts';
import { createRng } from '../domain/random.ts';
import type { StudyData } from '../domain/study.ts';
import { hashJson, identify } from './data-identity.ts';
import { describeConflicts, describeOverlap, describeProblems, describeRareLabels } from './data-warnings.ts';
import { dropOverlap } from './duplicates.ts';
import { createDataset, readDataset } from './read-dataset.ts';
import { splitStratified } from './stratified-split.ts';
import { assertTrainable, readDocuments } from './training-data.ts';

export interface FoldHandles {
  /** For each fold what to train on, and the part that is held out. */
  readonly folds: readonly { readonly train: DatasetHandle; readonly valid: DatasetHandle }[];
  /** All training and validation documents. */
  readonly all: DatasetHandle;
  /** Sentences for people; none when nothing is odd. Looks at every document: not for each trial. */
  readWarnings(): Promise<string[]>;
}

/**
 * A study's training and validation documents dealt into folds, stratified by label and with equal texts in one fold;
 * always the same for a seed. Nothing is read before it is asked for, and the files only once.
 * @param count of folds, at least 2
 */
export function openFolds(data: StudyData, { count, seed }: { count: number; seed: number }): FoldHandles {
  let dealt: Promise<Dealt> | null = null;
  const deal = (): Promise<Dealt> => (dealt ??= dealFolds(data, count, seed));
  const handle = (name: string, pick: (dealt: Dealt) => Dataset): DatasetHandle => ({
    sha256: hashPart(data, [name, count, seed]),
    read: async () => pick(await deal()),
  });
  return {
    folds: Array.from({ length: count }, (_, i) => ({
      train: handle(`without fold ${i}`, ({ all, parts }) => {
        const held = new Set(parts[i]);
        return createDataset(all.documents.filter((document) => !held.has(document)));
      }),
      valid: handle(`fold ${i}`, ({ parts }) => createDataset(parts[i]!)),
    })),
    all: handle('all', ({ all }) => all),
    readWarnings: async () => (await deal()).warnings(),
  };
}

interface Dealt {
  readonly all: Dataset;
  readonly parts: readonly (readonly Document[])[];
  warnings(): string[];
}

async function dealFolds(data: StudyData, count: number, seed: number): Promise<Dealt> {
  const pool = await readPool(data);
  const all = createDataset(pool.documents);
  assertTrainable(all, data.train.path);
  const shares = Array.from({ length: count }, () => 1 / count);
  const parts = splitStratified(all.documents, shares, createRng(seed, count, 'folds'));
  if (parts.some((part) => part.length === 0)) throw tooFew(all, count);
  const warnings = (): string[] => [
    ...pool.problems,
    ...describeOverlap(pool.dropped),
    ...describeConflicts(all),
    ...describeRareLabels(all, count),
  ];
  return { all, parts, warnings };
}

function tooFew({ documents }: Dataset, count: number): DataError {
  return new DataError(`${documents.length} documents cannot be dealt into ${count} folds.`, {
    details: ['equal texts stay in one fold'],
    fix: 'fewer folds, or more documents',
  });
}

/** Training, then validation documents; with `dedupe` a text counts once for both, and not if the test set has it. */
async function readPool(data: StudyData) {
  const train = await readDataset(data.train);
  const valid = data.valid === null ? null : await readDataset(data.valid);
  const held = valid?.dataset.documents ?? [];
  const problems = [
    ...describeProblems(data.train, train.problems),
    ...(data.valid !== null && valid !== null ? describeProblems(data.valid, valid.problems) : []),
  ];
  if (!data.dedupe) return { documents: [...train.dataset.documents, ...held], dropped: 0, problems };
  const test = data.test === null ? [] : await readDocuments(data.test);
  const [rest, others] = [dropOverlap(train.dataset.documents, [held, test]), dropOverlap(held, [test])];
  return {
    documents: [...rest.kept, ...others.kept],
    dropped: rest.dropped + others.dropped,
    problems,
  };
}

/** Bump when the same files and options would give other folds. */
const VERSION = 1;

function hashPart({ train, valid, test, dedupe }: StudyData, part: readonly unknown[]): string {
  const others = dedupe ? identify(test) : null;
  return hashJson(['folds', VERSION, identify(train), identify(valid), dedupe, others, part]);
}
