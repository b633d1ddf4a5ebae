import { AVERAGES, DIRECTIONS } from '../../domain/objective.ts';
import { DEVICE_NAMES, ENGINE_NAMES } from '../../neural/engine.ts';
import type { Options } from '../command.ts';
import { MODEL_NAMES, PRUNER_NAMES, SAMPLER_NAMES } from '../compose.ts';
import { READER_OPTIONS } from './reader-options.ts';

/** What a study is made of: taken by `create-study` and `optimize`. */
export const STUDY_OPTIONS = {
  studyFile: {
    kind: 'string',
    describe: 'YAML file with any of these settings',
    aliases: ['file'],
    group: 'Study:',
  },
  model: {
    kind: 'string',
    describe: 'what is trained',
    choices: MODEL_NAMES,
    severalChoices: true,
    group: 'Study:',
  },
  metric: {
    kind: 'list',
    describe:
      'f0.5, f1, f2, precision, recall, accuracy, mcc, modelBytes, latencyMs … (several: a front of trade-offs)',
    fallback: 'f0.5',
    group: 'Study:',
  },
  direction: {
    kind: 'string',
    describe: 'which way the metric is better',
    choices: DIRECTIONS,
    fallback: 'as is usual for it',
    group: 'Study:',
  },
  maximize: { kind: 'flag', describe: 'the same as --direction maximize', group: 'Study:' },
  minimize: { kind: 'flag', describe: 'the same as --direction minimize', group: 'Study:' },
  constraint: {
    kind: 'list',
    describe: "what a model must keep, such as 'modelBytes <= 5MB'",
    group: 'Study:',
  },
  pruneBy: {
    kind: 'string',
    describe: 'the metric that trials are pruned by',
    fallback: 'the first objective that is reported while training',
    group: 'Study:',
  },
  average: {
    kind: 'string',
    describe: 'how labels count',
    choices: AVERAGES,
    fallback: 'by the data',
    group: 'Study:',
  },
  positiveLabel: { kind: 'string', describe: 'the label that counts when binary', group: 'Study:' },
  sampler: {
    kind: 'string',
    describe: 'how the next trial is chosen',
    choices: SAMPLER_NAMES,
    fallback: 'auto',
    group: 'Study:',
  },
  samplerOption: { kind: 'list', describe: 'a setting of it, name=value', group: 'Study:' },
  pruner: {
    kind: 'string',
    describe: 'which trials are stopped early',
    choices: PRUNER_NAMES,
    fallback: 'by the model: rising, asha, median; folds: wilcoxon',
    group: 'Study:',
  },
  prunerOption: { kind: 'list', describe: 'a setting of it, name=value', group: 'Study:' },
  warmStart: {
    kind: 'string',
    describe: 'begin with the best configurations of this study (STUDY or STUDY@STORAGE)',
    group: 'Study:',
  },
  seed: { kind: 'integer', describe: 'same seed, same search', fallback: '42', group: 'Study:' },
  folds: {
    kind: 'integer',
    describe: 'score each trial by cross-validation over so many folds',
    fallback: 'one validation set',
    group: 'Study:',
  },
  space: {
    kind: 'string',
    describe: 'YAML or JSON file that narrows or replaces parameters',
    group: 'Study:',
  },
  fix: { kind: 'list', describe: 'a parameter that is not searched, name=value', group: 'Study:' },
  set: { kind: 'list', describe: 'a setting of the model, name=value', group: 'Study:' },
  engine: {
    kind: 'string',
    describe: 'what computes a neural model',
    choices: ENGINE_NAMES,
    fallback: 'auto: onnxruntime',
    group: 'Study:',
  },
  device: {
    kind: 'string',
    describe: 'where it does',
    choices: DEVICE_NAMES,
    fallback: 'auto: cpu',
    group: 'Study:',
  },
  command: {
    kind: 'string',
    describe: 'with --model command: the program, with {name} or {args} for parameters',
    group: 'Study:',
  },
  metricRegex: {
    kind: 'list',
    describe: 'where its output says a metric: f1=val F1: ([0-9.]+), or with named groups',
    group: 'Study:',
  },
  finalFrom: {
    kind: 'string',
    describe: 'which report counts when it says no final one',
    choices: ['best', 'last'],
    group: 'Study:',
  },
  train: { kind: 'string', describe: 'training data', aliases: ['train-path'], group: 'Data:' },
  valid: {
    kind: 'string',
    describe: 'validation data',
    aliases: ['valid-path'],
    fallback: 'a part of the training data',
    group: 'Data:',
  },
  test: {
    kind: 'string',
    describe: 'test data, recorded with the study',
    aliases: ['test-path'],
    group: 'Data:',
  },
  ...READER_OPTIONS,
  validFraction: {
    kind: 'number',
    describe: 'part held out without --valid',
    fallback: '0.2',
    group: 'Data:',
  },
  dedupe: {
    kind: 'flag',
    describe: 'drop training texts that validation or test has too (--no-dedupe: keep)',
    fallback: 'true',
    group: 'Data:',
  },
  allowDataChange: { kind: 'flag', describe: 'go on although the data is not what it was', group: 'Data:' },
} as const satisfies Options;

/** How a search runs. */
export const RUN_OPTIONS = {
  nTrials: { kind: 'integer', describe: 'this many more trials', fallback: '50', group: 'Search:' },
  totalTrials: { kind: 'integer', describe: 'until the study has so many', group: 'Search:' },
  timeout: { kind: 'duration', describe: 'stop after so long, such as 2h', group: 'Search:' },
  trialTimeout: { kind: 'duration', describe: 'stop a trial after so long', group: 'Search:' },
  memory: { kind: 'bytes', describe: 'stop a trial above so much, such as 4G', group: 'Search:' },
  jobs: {
    kind: 'integer',
    describe: 'trials at the same time',
    env: 'HPO_JOBS',
    fallback: '1',
    group: 'Search:',
  },
  gpus: { kind: 'string', describe: 'devices, one trial each, such as 0,1', group: 'Search:' },
  maxFailures: {
    kind: 'integer',
    describe: 'give up after so many failures in a row',
    fallback: '10',
    group: 'Search:',
  },
  retries: {
    kind: 'integer',
    describe: 'new attempts after a crash, a trial',
    fallback: '2',
    group: 'Search:',
  },
  runsDir: {
    kind: 'string',
    describe: 'where trials work',
    env: 'HPO_RUNS_DIR',
    aliases: ['output-dir'],
    fallback: 'runs',
    group: 'Search:',
  },
  keepModels: { kind: 'integer', describe: 'models kept, the best', fallback: '3', group: 'Search:' },
  confirm: {
    kind: 'optional',
    describe: 'at the end score so many leaders again and pick the best mean; alone 5',
    fallback: 'none',
    group: 'Search:',
  },
  threads: { kind: 'integer', describe: 'threads a trial', fallback: '1', group: 'Search:' },
  printConfig: { kind: 'flag', describe: 'show every value with its source, and stop', group: 'Search:' },
} as const satisfies Options;
