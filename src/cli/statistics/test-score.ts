import { join } from 'node:path';
import { comparisonKey } from '../../datasets/duplicates.ts';
import { describeData, openTrainingData, readDataset } from '../../datasets/index.ts';
import type { Document } from '../../domain/dataset.ts';
import { DataError, UsageError } from '../../domain/errors.ts';
import type { Predictor } from '../../domain/ports.ts';
import type { ScoreStatistics } from '../../domain/score-statistics.ts';
import type { DataRef } from '../../domain/study.ts';
import type { CompleteTrial, Metrics } from '../../domain/trial.ts';
import {
  type Confusion,
  computeStatistics,
  type EvaluateOptions,
  evaluate,
  evaluateMajority,
  type LabelReportRow,
  type LabelSets,
  labelReport,
  largestConfusions,
} from '../../metrics/index.ts';
import { chooseScored } from '../../models/validation-evidence.ts';
import { ATTEMPT_FILES } from '../../protocol/index.ts';
import { findTrialModel, loadPredictor } from '../compose.ts';
import type { Scene } from './scene.ts';

/** A trial's own model on data that the search never saw. */
export interface TestScore {
  readonly path: string;
  /** Of the first objective; null where predictions don't decide it. */
  readonly value: number | null;
  readonly metrics: Metrics;
  readonly statistics: ScoreStatistics;
  readonly majority: { readonly label: string; readonly value: number } | null;
  /** Documents whose text is also in the study's training or validation set; null: its files are gone. */
  readonly overlap: { readonly train: number; readonly valid: number } | null;
  /** Labels that the model does not know, and the documents that have them: always missed. */
  readonly unknownLabels: Readonly<Record<string, number>>;
  readonly labelReport: readonly LabelReportRow[];
  readonly confusions: readonly Confusion[];
}

/**
 * Scores `path` with the model that the trial left; nothing is trained or tuned.
 * @throws {NotFoundError} its model is not there
 * @throws {DataError} no labelled document, or none with a label that the model knows
 */
export async function scoreTestFile(scene: Scene, trial: CompleteTrial, path: string): Promise<TestScore> {
  const { study, storage, runsDir } = scene;
  const { spec } = study;
  const objective = spec?.objectives[0];
  if (objective === undefined || spec?.data == null)
    throw new UsageError('--test: this study has no data of its own, so its trials have no model to test.');
  const { attemptDir } = await findTrialModel(study, storage, trial, runsDir);
  const predictor = await loadPredictor(join(attemptDir, ATTEMPT_FILES.model));
  try {
    const ref = await describeTestFile(path, spec.data.train);
    const { dataset } = await readDataset(ref);
    const documents = dataset.documents.filter(({ labels }) => labels.length > 0 || dataset.multiLabel);
    checkLabels(path, documents, predictor.labels);
    const multiLabel = dataset.multiLabel || spec.context?.multiLabel === true;
    const options = { labels: predictor.labels, objective, multiLabel };
    const { gold, predicted, scored } = await predictAll(predictor, documents);
    const metrics = evaluate(gold, predicted, options);
    return {
      path,
      value: metrics[objective.metric] ?? null,
      metrics,
      statistics: computeStatistics(gold, predicted, options, scored),
      majority: scoreMajority(gold, options),
      overlap: await countOverlap(scene, documents),
      unknownLabels: countUnknown(documents, predictor.labels),
      labelReport: labelReport(gold, predicted, predictor.labels),
      confusions: largestConfusions(gold, predicted, predictor.labels, 10),
    };
  } finally {
    predictor.dispose();
  }
}

function checkLabels(path: string, documents: readonly Document[], labels: readonly string[]): void {
  if (documents.length === 0) throw new DataError(`${path} has no labelled document.`);
  const known = new Set(labels);
  if (documents.some((document) => document.labels.some((label) => known.has(label)))) return;
  const its = [...new Set(documents.flatMap((document) => document.labels))];
  throw new DataError(`${path} has no label that the model knows.`, {
    details: [`it has: ${listSome(its)}`, `the model knows: ${listSome(labels)}`],
    fix: 'use a test file of the same task',
  });
}

const listSome = (names: readonly string[]): string =>
  names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '');

/** What answering everything with the most frequent training label, number 0, would score. */
function scoreMajority(gold: LabelSets, options: EvaluateOptions): TestScore['majority'] {
  const value = evaluateMajority(gold, options)[options.objective.metric];
  return value === undefined ? null : { label: options.labels[0]!, value };
}

/** Read as the training file was, where the format is the same. */
async function describeTestFile(path: string, train: DataRef): Promise<DataRef> {
  const own = await describeData(path, train.options);
  return own.format === train.format ? own : describeData(path);
}

/** Texts that are answered together. */
const BATCH = 512;

async function predictAll(predictor: Predictor, documents: readonly Document[]) {
  const { labels } = predictor;
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const chosen = chooseScored(documents.length, labels.length);
  const rowOf = new Map(chosen.map((document, row) => [document, row]));
  const scores = new Float32Array(chosen.length * labels.length);
  const predicted: number[][] = [];
  for (let start = 0; start < documents.length; start += BATCH) {
    const batch = documents.slice(start, start + BATCH);
    const texts = batch.map(({ text }) => text);
    for (const answer of await predictor.predict(texts, { k: null, threshold: null }))
      predicted.push(answer.map(({ label }) => numbers.get(label)!));
    const rows = batch.flatMap((_, i) => (rowOf.has(start + i) ? [start + i] : []));
    const all = await predictor.predict(
      rows.map((row) => documents[row]!.text),
      { k: labels.length, threshold: 0 },
    );
    for (const [i, answer] of all.entries()) {
      const offset = rowOf.get(rows[i]!)! * labels.length;
      for (const { label, probability } of answer) scores[offset + numbers.get(label)!] = probability;
    }
  }
  const gold = documents.map((document) => document.labels.map((label) => numbers.get(label) ?? -1));
  return { gold, predicted, scored: { documents: chosen, scores } };
}

async function countOverlap({ study }: Scene, documents: readonly Document[]): Promise<TestScore['overlap']> {
  const { data, seed } = study.spec!;
  try {
    const { train, valid } = openTrainingData({ ...data!, dedupe: false }, seed);
    const keys = documents.map(({ text }) => comparisonKey(text));
    const countIn = (others: readonly Document[]): number => {
      const seen = new Set(others.map(({ text }) => comparisonKey(text)));
      return keys.filter((key) => seen.has(key)).length;
    };
    return {
      train: countIn((await train.read()).documents),
      valid: countIn((await valid.read()).documents),
    };
  } catch (error) {
    // The search is over: its files may have been moved.
    if (error instanceof DataError) return null;
    throw error;
  }
}

function countUnknown(documents: readonly Document[], labels: readonly string[]): Record<string, number> {
  const known = new Set(labels);
  const counts = new Map<string, number>();
  for (const document of documents)
    for (const label of document.labels)
      if (!known.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries(counts);
}
