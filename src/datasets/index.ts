export {
  type Converted,
  type ConvertOptions,
  convertData,
  type SplitFile,
  type SplitOptions,
  splitData,
} from './convert.ts';
export { DEMO_DEFAULTS, type DemoFile, type DemoOptions, writeDemo } from './demo/write-demo.ts';
export { type DescribeOptions, describeData } from './describe-data.ts';
export { type FoldHandles, openFolds } from './folds.ts';
export type { ReaderOptions } from './format.ts';
export { FORMAT_NAMES, FORMATS, type FormatName, formatOfName } from './formats.ts';
export type { Quantiles } from './quantiles.ts';
export { createDataset, type DataProblems, readDataset } from './read-dataset.ts';
export {
  type DatasetSummary,
  type LabelShare,
  type LabelStatistics,
  summarizeDataset,
  summarizeLabels,
} from './summarize.ts';
export { openTrainingData, type TrainingHandles, type TrainingSplit } from './training-data.ts';
