import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeData, openFolds, openTrainingData, readDataset } from '../../../src/datasets/index.ts';
import { findLeaders } from '../../../src/domain/confirmation.ts';
import type { DatasetHandle, Document } from '../../../src/domain/dataset.ts';
import { fromUnit, type Params } from '../../../src/domain/distribution.ts';
import type { TrainedModel, TrainingContext, TrainingData } from '../../../src/domain/ports.ts';
import { createRng } from '../../../src/domain/random.ts';
import { buildParams } from '../../../src/domain/search-space.ts';
import type { StudyData } from '../../../src/domain/study.ts';
import { type FrozenTrial, TRIAL_ATTRS } from '../../../src/domain/trial.ts';
import { loadModel } from '../../../src/models/index.ts';

/** What two ways of scoring the same configurations lead to. All are macro F1. */
export interface Choices {
  /** Best score by the held-out part, and by folds: what each search reports. */
  readonly reported: { readonly heldOut: number; readonly folds: number };
  /** Unseen documents: the model of the held-out choice, of the confirmed one, of the choice by folds (trained on all). */
  readonly test: { readonly heldOut: number; readonly confirmed: number; readonly folds: number };
  /** Unseen documents: both choices trained on all documents, so that the choice alone differs. */
  readonly choice: { readonly heldOut: number; readonly folds: number };
}

export interface SearchSizes {
  readonly documents: number;
  readonly configurations: number;
  readonly seed: number;
  /** A folder for the subset. */
  readonly work: string;
}

/** Documents that score what a search hands over: enough to tell a hundredth. */
const UNSEEN = 1500;
const FOLDS = 5;
const LEADERS = 5;

export async function searchOnce(file: string, sizes: SearchSizes): Promise<Choices> {
  const { seed } = sizes;
  const { data, unseen } = await takeSubset(file, sizes);
  const held = openTrainingData(data, seed);
  const { folds, all } = openFolds(data, { count: FOLDS, seed });
  const score = async (params: Params, parts: TrainingData) =>
    (await train(params, parts, seed)).metrics['f1']!;

  const { labels, documents } = await held.train.read();
  const context = { nLabels: labels.length, nDocuments: documents.length, multiLabel: false };
  const configurations = drawConfigurations((await loadModel('linear')).space(context), sizes);
  const trials: FrozenTrial[] = [];
  const means: number[] = [];
  for (const [number, params] of configurations.entries()) {
    trials.push(asTrial(number, params, await train(params, held, seed)));
    let sum = 0;
    for (const fold of folds) sum += await score(params, fold);
    means.push(sum / FOLDS);
  }
  const leaders = findLeaders({ directions: ['maximize'] }, trials, LEADERS).map(({ number }) => number);
  const byHeldOut = leaders[0]!;
  const confirmed = bestOf(leaders, means);
  const byFolds = bestOf([...means.keys()], means);
  const onUnseen = (number: number, own: DatasetHandle): Promise<number> =>
    score(configurations[number]!, { train: own, valid: unseen });
  const whole = { heldOut: await onUnseen(byHeldOut, all), folds: await onUnseen(byFolds, all) };
  return {
    reported: {
      heldOut: (trials[byHeldOut] as { values: readonly number[] }).values[0]!,
      folds: means[byFolds]!,
    },
    test: {
      heldOut: await onUnseen(byHeldOut, held.train),
      confirmed: await onUnseen(confirmed, held.train),
      folds: whole.folds,
    },
    choice: whole,
  };
}

function bestOf(numbers: readonly number[], means: readonly number[]): number {
  return numbers.reduce((best, number) => (means[number]! > means[best]! ? number : best));
}

async function takeSubset(
  file: string,
  { documents: count, seed, work }: SearchSizes,
): Promise<{ data: StudyData; unseen: DatasetHandle }> {
  const { dataset } = await readDataset(await describeData(file));
  const order = createRng(seed, 0, 'subset').permutation(dataset.documents.length);
  const take = (from: number, to: number) => order.slice(from, to).map((i) => dataset.documents[i]!);
  const path = join(work, `subset-${seed}.txt`);
  await writeFile(path, take(0, count).map(asLine).join(''));
  const train = await describeData(path, { format: 'fasttext' });
  const data = { train, valid: null, test: null, validFraction: 1 / FOLDS, dedupe: true };
  const documents = take(count, count + UNSEEN);
  return { data, unseen: { sha256: '', read: async () => ({ ...dataset, documents }) } };
}

const asLine = ({ labels, text }: Document): string =>
  `${labels.map((l) => `__label__${l} `).join('')}${text}\n`;

/** Uniform in the model's own space, without character n-grams: they would cost ten times as much. */
function drawConfigurations(
  space: Parameters<typeof buildParams>[0],
  { configurations, seed }: SearchSizes,
): Params[] {
  return Array.from({ length: configurations }, (_, number) => {
    const rng = createRng(seed, number, 'configuration');
    return buildParams(space, (name, entry) =>
      name === 'charNgrams' ? false : fromUnit(entry, rng.uniform()),
    );
  });
}

async function train(params: Params, data: TrainingData, seed: number): Promise<TrainedModel> {
  const context: TrainingContext = {
    objective: { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null },
    seed,
    threads: 1,
    cacheDir: null,
    checkpointDir: null,
    attempt: null,
    settings: {},
    report: () => {},
    signal: new AbortController().signal,
  };
  return (await loadModel('linear')).train(params, data, context);
}

/** A trained configuration as a search would have it. */
function asTrial(number: number, params: Params, { metrics, details }: TrainedModel): FrozenTrial {
  return {
    id: number,
    number,
    params,
    distributions: {},
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: { [TRIAL_ATTRS.details]: details },
    state: 'complete',
    startedAt: 0,
    completedAt: 0,
    values: [metrics['f1']!],
  };
}
