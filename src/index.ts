/**
 * The library: what the `hpo` command is made of, for programs of your own. docs/library.md has examples.
 *
 *   const storage = await openStorage('sqlite:trials.db', { create: true });
 *   const study = await createStudy(storage, { name: 'spam', model: 'fasttext', train: 'train.txt', valid: 'valid.txt' });
 *   const { best } = await optimize(storage, study, { nTrials: 50, jobs: 2 });
 *   await storage.close();
 */
export {
  type DatasetSummary,
  describeData,
  readDataset,
  summarizeDataset,
  writeDemo,
} from './datasets/index.ts';
export { findBestTrial, findFront } from './domain/best-trials.ts';
export type { Distribution, Params, ParamValue } from './domain/distribution.ts';
export * from './domain/errors.ts';
export type { Direction, Objective } from './domain/objective.ts';
export type * from './domain/ports.ts';
export type { SearchEvent, SearchSummary } from './domain/search-event.ts';
export type { Condition, SearchSpace } from './domain/search-space.ts';
export type { BoundStudy, Choice, Study, StudySpec } from './domain/study.ts';
export type { StudyLine } from './domain/study-lines.ts';
export type { CompleteTrial, FrozenTrial, Json, Metrics, TrialOutcome } from './domain/trial.ts';
export { artifactOf, detailsOf, metricsOf } from './domain/trial.ts';
export {
  type ExportedModel,
  type ExportOptions,
  exportBest,
  type OptimizeOptions,
  type OwnTrial,
} from './engine/index.ts';
export type { Importance, ImportanceOptions, ParamImportance } from './importance/index.ts';
export {
  createStudy,
  type FunctionStudyOptions,
  loadStudy,
  type ModelStudyOptions,
  type NewStudyOptions,
  type ProgramStudyOptions,
} from './library/create-study.ts';
export { importance } from './library/importance.ts';
export { optimize } from './library/optimize.ts';
export {
  type AskTell,
  type FunctionSearchOptions,
  openAskTell,
  optimizeFunction,
  TrialPruned,
  type TrialResult,
} from './library/own-trials.ts';
export { evaluate, labelReport } from './metrics/index.ts';
export { loadModel, loadPredictor } from './models/index.ts';
export { createPruner } from './pruners/index.ts';
export { createSampler } from './samplers/index.ts';
export { openStorage, upgradeStorage } from './storage/index.ts';
