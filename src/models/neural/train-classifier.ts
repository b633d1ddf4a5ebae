import { createHash } from 'node:crypto';
import type { Document } from '../../domain/dataset.ts';
import type { SavedModel, TrainedModel, TrainingContext } from '../../domain/ports.ts';
import type { Json } from '../../domain/trial.ts';
import {
  type Batch,
  type Engine,
  exportOnnx,
  type OptimizerOptions,
  startTraining,
  type Training,
} from '../../neural/index.ts';
import { type BatchPlan, fillBatch } from '../../text/batches.ts';
import { chooseBuckets } from '../../text/length-buckets.ts';
import { encodeTexts, lengthsOf, type Tokeniser, type TokenRows } from '../../text/tokeniser.ts';
import type { EvaluationOptions } from '../describe-training.ts';
import type { Pace } from '../pace.ts';
import { numberLabels } from '../training-sets.ts';
import { openCheckpoints } from './checkpoint.ts';
import { type CourseResult, runCourse } from './course.ts';
import { evaluateRung, judgeClassifier, type Verdict } from './judge.ts';
import type { NeuralSettings } from './settings.ts';
import type { Stage } from './stages.ts';
import {
  classifierNetwork,
  inputArrays,
  type Labelling,
  type LossSettings,
  type TextNetwork,
  targetArrays,
} from './text-network.ts';

/** A neural classifier to be trained: what its own model has made of parameters and data. */
export interface ClassifierTask {
  /** The documents to learn from, each with at least one label unless it may have several. */
  readonly documents: readonly Document[];
  readonly valid: readonly Document[];
  /** Of the validation data: what predictions are kept with. */
  readonly validSha256: string;
  readonly labelling: Labelling;
  readonly options: EvaluationOptions;
  readonly tokeniser: Tokeniser;
  readonly maxLength: number;
  readonly network: TextNetwork;
  readonly loss: LossSettings;
  readonly stages: readonly Stage[];
  readonly batchSize: number;
  readonly optimizer: OptimizerOptions;
  readonly settings: NeuralSettings;
  readonly engine: Engine;
  /** What else is worth keeping with the trial. */
  readonly facts: Readonly<Record<string, Json>>;
  /** All of the above in a few words, and the data: a checkpoint of another training is not gone on from. */
  readonly identity: Json;
}

/** What a model is saved from. */
export interface ClassifierResult {
  readonly onnx: Uint8Array;
  readonly threshold: number | null;
  readonly temperature: number;
}

/** Shapes that a network is compiled in, each for training and for reading. */
const BUCKETS = { count: 3, multiple: 8 };

/**
 * Trains, keeps the weights that were best on the validation set, calibrates and measures them.
 * @param save writes the model's own files beside those that all classifiers have
 */
export async function trainClassifier(
  task: ClassifierTask,
  context: TrainingContext,
  pace: Pace,
  save: (dir: string, result: ClassifierResult) => Promise<SavedModel>,
): Promise<TrainedModel> {
  const network = classifierNetwork(task.network, task.labelling, task.loss);
  const training = await startTraining(task.engine, network, { ...task.optimizer, seed: context.seed });
  try {
    const course = await learn(task, training, context, pace);
    const onnx = exportOnnx(network, training.weights());
    const verdict = await judgeClassifier(task, onnx, { threads: context.threads, pace });
    return finished(task, { course, onnx, verdict }, save);
  } finally {
    await training.dispose();
  }
}

async function learn(
  task: ClassifierTask,
  training: Training,
  context: TrainingContext,
  pace: Pace,
): Promise<CourseResult> {
  const { tokeniser, maxLength, labelling, settings } = task;
  const encode = (documents: readonly Document[]): Promise<TokenRows> =>
    encodeTexts(
      documents.map(({ text }) => text),
      tokeniser,
      maxLength,
      pace,
    );
  const [rows, held] = [await encode(task.documents), await encode(task.valid)];
  const [lengths, heldLengths] = [lengthsOf(rows), lengthsOf(held)];
  const buckets = chooseBuckets([...lengths, ...heldLengths], BUCKETS);
  const batchSize = Math.min(task.batchSize, task.documents.length);
  const layout = { rows: batchSize, padding: tokeniser.padding, major: task.network.major };
  const batchOf = (from: TokenRows, plan: BatchPlan, targets: boolean): Batch => {
    const arrays = fillBatch(from, plan, layout);
    return {
      dims: { batch: batchSize, length: plan.length },
      arrays: {
        ...inputArrays(task.network, arrays),
        ...(targets && targetArrays(labelling, plan, arrays)),
      },
    };
  };
  const gold = numberLabels(task.valid, task.options.labels);
  const plan = { stages: task.stages, batches: { lengths, buckets, batchSize }, seed: context.seed };
  return runCourse(
    {
      training,
      plan,
      fill: (planned) => batchOf(rows, planned, true),
      evaluate: () =>
        evaluateRung(
          { gold, batches: { lengths: heldLengths, buckets, batchSize }, options: task.options },
          async (planned) => (await training.predict(batchOf(held, planned, false)))['logits']!,
          pace,
        ),
      pace,
      checkpoints:
        context.checkpointDir === null
          ? null
          : openCheckpoints(context.checkpointDir, fingerprintOf(task, context)),
      checkpointMs: 1000 * settings.checkpointSeconds,
    },
    context,
  );
}

function fingerprintOf({ identity }: ClassifierTask, { seed, objective }: TrainingContext): string {
  return createHash('sha256')
    .update(JSON.stringify([identity, seed, objective]))
    .digest('hex');
}

interface Finished {
  readonly course: CourseResult;
  readonly onnx: Uint8Array;
  readonly verdict: Verdict;
}

function finished(
  task: ClassifierTask,
  { course, onnx, verdict }: Finished,
  save: (dir: string, result: ClassifierResult) => Promise<SavedModel>,
): TrainedModel {
  const { temperature, evaluation } = verdict;
  return {
    metrics: { ...evaluation.metrics, modelBytes: onnx.length },
    details: {
      ...verdict.details,
      ...task.facts,
      temperature,
      uncalibratedLoss: verdict.uncalibratedLoss,
      engine: task.engine.description,
      tokens: task.tokeniser.size,
      steps: course.steps,
      bestStep: course.bestStep,
      stages: course.stages as unknown as Json,
    },
    predictions: verdict.predictions,
    save: (dir) => save(dir, { onnx, temperature, threshold: evaluation.threshold }),
    dispose: () => {},
  };
}
