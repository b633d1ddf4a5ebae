/**
 * The library: what the `hpo` command is made of, for programs of your own.
 *
 *   const storage = await openStorage('sqlite:trials.db', { create: true });
 *   const study = await createStudy(storage, { name: 'spam', model: 'fasttext', train: 'train.txt', valid: 'valid.txt' });
 *   const { best } = await optimize(storage, study, { nTrials: 50, jobs: 2 });
 *   await storage.close();
 */
import { resolve } from 'node:path';
import { describeData, openTrainingData, summarizeLabels } from './datasets/index.ts';
import { defaultObjective, type Objective } from './domain/objective.ts';
import type { Storage } from './domain/ports.ts';
import type { SearchSummary } from './domain/search-event.ts';
import type { BoundStudy, Choice } from './domain/study.ts';
import { type OptimizeOptions, optimize as search } from './engine/index.ts';
import { createLauncher } from './launchers/index.ts';
import { loadModel } from './models/index.ts';
import { createPruner } from './pruners/index.ts';
import { createSampler } from './samplers/index.ts';

export * from './domain/errors.ts';
export type * from './domain/ports.ts';
export type { SearchEvent, SearchSummary } from './domain/search-event.ts';
export type { BoundStudy, Choice, Study, StudySpec } from './domain/study.ts';
export { findBestTrial } from './domain/study.ts';
export type { FrozenTrial, Metrics } from './domain/trial.ts';
export { metricsOf } from './domain/trial.ts';
export { loadModel, loadPredictor } from './models/index.ts';
export { openStorage } from './storage/index.ts';

export interface NewStudyOptions {
  readonly name: string;
  readonly model: string;
  /** Path of the training data. */
  readonly train: string;
  /** Path of the validation data; absent: `validFraction` of the training data is held out. */
  readonly valid?: string;
  readonly validFraction?: number;
  /** Absent: chosen by the data. */
  readonly objective?: Objective;
  readonly sampler?: Choice;
  readonly pruner?: Choice;
  readonly seed?: number;
}

/**
 * Makes a study, bound to its model and data.
 * @throws {UsageError} the name is taken, the model unknown, the data unusable
 */
export async function createStudy(storage: Storage, options: NewStudyOptions): Promise<BoundStudy> {
  const { name, seed = 42, sampler = { name: 'tpe', options: {} } } = options;
  const model = await loadModel(options.model);
  const data = {
    train: await describeData(options.train),
    valid: options.valid === undefined ? null : await describeData(options.valid),
    test: null,
    validFraction: options.validFraction ?? 0.2,
    dedupe: true,
  };
  const labels = summarizeLabels((await openTrainingData(data, seed).readSplit()).train);
  const spec = {
    model: model.name,
    data,
    seed,
    sampler,
    pruner: options.pruner ?? { name: 'median', options: {} },
    objectives: [options.objective ?? defaultObjective(labels)],
    context: { nLabels: labels.nLabels, nDocuments: labels.nDocuments, multiLabel: labels.multiLabel },
    space: model.space(labels),
    fixed: {},
    settings: {},
  };
  return { ...(await storage.createStudy({ name, spec })), spec };
}

const DEFAULTS: OptimizeOptions = {
  nTrials: null,
  totalTrials: null,
  timeoutMs: null,
  trialTimeoutMs: null,
  memoryLimitBytes: null,
  jobs: 1,
  gpus: [],
  maxFailures: 10,
  retries: 2,
  graceMs: 5000,
  runsDir: 'runs',
  keepModels: 3,
  threads: 1,
  onEvent: () => {},
  drain: new AbortController().signal,
  stop: new AbortController().signal,
};

/** Searches until one of the limits is reached; each trial is a process of its own. @throws {FailureLimitError} */
export async function optimize(
  storage: Storage,
  study: BoundStudy,
  options: Partial<OptimizeOptions>,
): Promise<SearchSummary> {
  const { sampler, pruner, model } = study.spec;
  const parts = {
    storage,
    sampler: createSampler(sampler),
    pruner: createPruner(pruner),
    launcher: createLauncher('process'),
    model: await loadModel(model),
  };
  const merged = { ...DEFAULTS, ...options };
  return search(study, parts, { ...merged, runsDir: resolve(merged.runsDir) });
}
