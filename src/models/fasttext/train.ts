import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { oversample } from '../../datasets/resample.ts';
import type { Params } from '../../domain/distribution.ts';
import {
  type SavedModel,
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
  TrialFailure,
} from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import type { Json, Metrics } from '../../domain/trial.ts';
import type { ScoredDocuments } from '../../metrics/index.ts';
import { describeTraining, type Evaluation, type EvaluationOptions } from '../describe-training.ts';
import { collectPredictions } from '../validation-evidence.ts';
import { evaluateLines, scoreLines, thinOut } from './evaluation.ts';
import { encodeForeign, type ForeignLines } from './foreign-corpus.ts';
import { MODEL_FILE, type ModelFacts, VECTORS_FILE, writeFacts } from './model-facts.ts';
import { modelFileSize, writeModelFile } from './model-file.ts';
import { readSettings, type TrainingSettings } from './settings.ts';
import { loadTextCorpus, type TextCorpus } from './text-corpus.ts';
import { planTraining, Training, type TrainingPlan } from './training.ts';
import { writeVectorsFile } from './vectors-file.ts';
import { Vocabulary } from './vocabulary.ts';

/** Reports come at every tenth of the schedule. */
const RUNGS = 10;
/** Validation lines that a rung's evaluation looks at. */
const RUNG_LINES = 10_000;

/** Trains one configuration; see docs/fasttext.md. */
export async function trainFastText(
  params: Params,
  data: TrainingData,
  context: TrainingContext,
): Promise<TrainedModel> {
  const settings = readSettings(params, context.settings, context.seed);
  const run = await prepare(settings, data, context);
  await learn(run, context);
  const evaluation = await evaluateLines(run.training.kernel, run.validation, run.options, context.signal);
  const nLabels = run.options.labels.length;
  const scored = await scoreLines(run.training.kernel, run.validation, nLabels, context.signal);
  return finish(run, settings, { evaluation, scored, dataSha256: data.valid.sha256 });
}

interface Run {
  readonly training: Training;
  readonly validation: ForeignLines;
  readonly options: EvaluationOptions;
}

async function prepare(
  settings: TrainingSettings,
  data: TrainingData,
  context: TrainingContext,
): Promise<Run> {
  const { args, normalisation } = settings;
  const lineOptions = { normalisation, labelPrefix: args.labelPrefix };
  const train = await loadTextCorpus(data.train, lineOptions, context.cacheDir);
  const valid = await loadTextCorpus(data.valid, lineOptions, context.cacheDir);
  context.signal.throwIfAborted();
  const plan = planTraining(train.corpus, args);
  assertLearnable(plan);
  const order = orderLines(plan, settings, context.seed);
  let validation: ForeignLines | undefined;
  const training = new Training({ ...plan, order }, () => {
    const known = { vocabulary: Vocabulary.from(train.corpus.words), ...plan.dictionary };
    validation = encodeForeign(valid.corpus, known, { ...args, mapRow: plan.rowMap.look });
  });
  const options = {
    labels: labelNames(plan, train),
    objective: context.objective,
    multiLabel: train.multiLabel || valid.multiLabel,
  };
  return { training, validation: validation!, options };
}

function assertLearnable({ dictionary, args }: TrainingPlan): void {
  if (dictionary.nLabels === 0) {
    throw new TrialFailure('bad-data', `no label is left with minCountLabel ${args.minCountLabel}`);
  }
  if (dictionary.nWords === 0) {
    throw new TrialFailure('bad-data', `no word is left with minCount ${args.minCount}`);
  }
  // The official program would look for a negative forever.
  if (args.loss === 'ns' && args.neg > 0 && dictionary.nLabels === 1) {
    throw new TrialFailure('bad-data', 'loss ns needs another label to draw negatives from; there is one');
  }
  if (args.loss === 'ns' && args.neg > MAX_NEGATIVES) {
    throw new TrialFailure('bad-config', `neg must be at most ${MAX_NEGATIVES}, not ${args.neg}`);
  }
}

const MAX_NEGATIVES = 1_000_000;

/** Repeats rare labels' lines, then shuffles: learning a file sorted by label ends at its last label. */
function orderLines(plan: TrainingPlan, settings: TrainingSettings, seed: number): Int32Array {
  const labels = Array.from(plan.order, (line) => labelsOf(plan, line));
  const strength = settings.oversample;
  const order =
    strength > 0 ? oversample(labels, { strength, rng: createRng(seed, 0, 'oversample') }) : plan.order;
  if (!settings.shuffle) return order;
  return Int32Array.from(createRng(seed, 0, 'shuffle').permutation(order.length), (i) => order[i]!);
}

function labelsOf({ corpus, dictionary }: TrainingPlan, line: number): Int32Array {
  return corpus.tokens
    .subarray(corpus.lineStarts[line]!, corpus.lineStarts[line + 1]!)
    .map((word) => dictionary.labelOf[word]!)
    .filter((label) => label >= 0);
}

/** The data set's own names in the order of the output matrix. */
function labelNames({ dictionary, args }: TrainingPlan, { corpus, renamed }: TextCorpus): string[] {
  const { bytes, starts } = corpus.words;
  const prefixBytes = Buffer.byteLength(args.labelPrefix);
  return Array.from(dictionary.entries.subarray(dictionary.nWords), (word) => {
    const name = Buffer.from(bytes.subarray(starts[word]! + prefixBytes, starts[word + 1]!)).toString();
    return Object.hasOwn(renamed, name) ? renamed[name]! : name;
  });
}

/** Goes through the schedule from rung to rung, and reports at each. */
async function learn(run: Run, context: TrainingContext): Promise<void> {
  const { training, options } = run;
  const sample = thinOut(run.validation, RUNG_LINES);
  for (let step = 1; step <= RUNGS; step++) {
    await advanceTo(training, step / RUNGS, context.signal);
    const { metrics } = await evaluateLines(training.kernel, sample, options, context.signal);
    const loss = training.takeLoss();
    context.report({ step, progress: step / RUNGS, metrics: { ...metrics, loss, lr: training.lr } });
    await setImmediate();
    context.signal.throwIfAborted();
  }
}

/** Time between two looks at the event loop, ms. */
const SLICE_MS = 25;

async function advanceTo(training: Training, progress: number, signal: AbortSignal): Promise<void> {
  let rows = 2_000;
  while (!training.hasReached(progress)) {
    const start = performance.now();
    if (!training.advance(progress, rows)) {
      throw new TrialFailure(
        'diverged',
        `a weight overflowed at ${Math.floor(training.progress * 100)} % of the schedule`,
      );
    }
    await setImmediate();
    signal.throwIfAborted();
    rows = Math.ceil(rows * Math.min(4, Math.max(0.25, SLICE_MS / (performance.now() - start))));
  }
}

interface Outcome {
  readonly evaluation: Evaluation;
  readonly scored: ScoredDocuments;
  /** Of the validation set. */
  readonly dataSha256: string;
}

function finish(
  run: Run,
  settings: TrainingSettings,
  { evaluation, scored, dataSha256 }: Outcome,
): TrainedModel {
  const { training, options } = run;
  const { gold } = run.validation;
  const content = training.content();
  const facts: ModelFacts = {
    model: 'fasttext',
    labels: options.labels,
    multiLabel: options.multiLabel,
    threshold: evaluation.threshold,
    normalise: settings.normalisation,
    labelPrefix: settings.args.labelPrefix,
    args: { ...settings.args },
  };
  const metrics: Metrics = {
    ...evaluation.metrics,
    modelBytes: modelFileSize(content),
  };
  const details: Record<string, Json> = describeTraining(gold, evaluation, options, scored);
  return {
    metrics,
    details,
    predictions: collectPredictions(gold, evaluation, scored, { ...options, dataSha256 }),
    save: async (dir): Promise<SavedModel> => {
      await writeModelFile(join(dir, MODEL_FILE), content);
      if (settings.vec) await writeVectorsFile(join(dir, VECTORS_FILE), content);
      await writeFacts(dir, facts);
      return { path: MODEL_FILE, format: 'fasttext-bin' };
    },
    dispose: () => {},
  };
}
