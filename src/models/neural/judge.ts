import type { Json, Metrics } from '../../domain/trial.ts';
import type { ValidationPredictions } from '../../domain/validation-predictions.ts';
import { type BatchOptions, type BatchPlan, planReading } from '../../text/batches.ts';
import { describeTraining, type Evaluation, type EvaluationOptions } from '../describe-training.ts';
import { evaluateDocuments } from '../evaluate-documents.ts';
import type { Pace } from '../pace.ts';
import { numberLabels } from '../training-sets.ts';
import { chooseScored, collectPredictions, spreadPositions } from '../validation-evidence.ts';
import { calibrate, toProbabilities } from './calibrate.ts';
import { createScorer } from './scorer.ts';
import type { ClassifierTask } from './train-classifier.ts';

/** Validation texts that are looked at while training; the final scores are of all. */
const RUNG_TEXTS = 10_000;

interface RungTexts {
  /** Of all validation texts. */
  readonly gold: readonly (readonly number[])[];
  readonly batches: BatchOptions;
  readonly options: EvaluationOptions;
}

/** Metrics with the weights as they are, of all validation texts or an evenly spread part of very many. */
export async function evaluateRung(
  { gold, batches, options }: RungTexts,
  predict: (plan: BatchPlan) => Promise<Float32Array>,
  pace: Pace,
): Promise<Metrics> {
  const n = options.labels.length;
  const texts = spreadPositions(gold.length, RUNG_TEXTS);
  const place = new Map(texts.map((text, i) => [text, i]));
  const logits = new Float32Array(texts.length * n);
  for (const plan of planReading(texts, batches)) {
    if (pace.due()) await pace.rest();
    const found = await predict(plan);
    for (const [row, text] of plan.texts.entries())
      logits.set(found.subarray(row * n, (row + 1) * n), place.get(text)! * n);
  }
  const some = texts.map((text) => gold[text]!);
  const scored = { gold: some, logits, nLabels: n, multiLabel: options.multiLabel };
  return evaluateDocuments({ gold: some, probabilities: toProbabilities(scored, 1) }, options).metrics;
}

/** What came of a training, on the whole validation set. */
export interface Verdict {
  readonly evaluation: Evaluation;
  readonly temperature: number;
  /** Log-loss before calibration. */
  readonly uncalibratedLoss: number;
  readonly details: Record<string, Json>;
  readonly predictions: ValidationPredictions;
}

/** Scores the validation set with the very file that is saved: what is measured is what will be predicted with. */
export async function judgeClassifier(
  task: ClassifierTask,
  onnx: Uint8Array,
  { threads, pace }: { readonly threads: number; readonly pace: Pace },
): Promise<Verdict> {
  const { options, valid, network, tokeniser, maxLength } = task;
  const nLabels = options.labels.length;
  const scorer = await createScorer({ onnx, network, tokeniser, maxLength, nLabels, threads });
  const texts = valid.map(({ text }) => text);
  const logits = await scorer.score(texts, pace);
  await scorer.dispose();
  const gold = numberLabels(valid, options.labels);
  const labelling = { gold, nLabels, multiLabel: options.multiLabel };
  const { temperature, probabilities } = calibrate(labelling, logits);
  const plain = toProbabilities({ ...labelling, logits }, 1);
  const evaluation = evaluateDocuments({ gold, probabilities }, options);
  const documents = chooseScored(gold.length, nLabels);
  const scores = takeRows(probabilities, documents, nLabels);
  const scored = { documents, scores };
  return {
    evaluation,
    temperature,
    uncalibratedLoss: evaluateDocuments({ gold, probabilities: plain }, options).metrics['loss']!,
    details: describeTraining(gold, evaluation, options, scored),
    predictions: collectPredictions(gold, evaluation, scored, { ...options, dataSha256: task.validSha256 }),
  };
}

function takeRows(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  if (rows.length * width === values.length) return values;
  const taken = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries())
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  return taken;
}
