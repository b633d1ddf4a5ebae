import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeData, readDataset } from '../../src/datasets/index.ts';
import type { Dataset } from '../../src/domain/dataset.ts';
import type { Params } from '../../src/domain/distribution.ts';
import type { Objective } from '../../src/domain/objective.ts';
import type { Model } from '../../src/domain/ports.ts';
import type { Metrics } from '../../src/domain/trial.ts';
import { evaluate } from '../../src/metrics/index.ts';
import { handleOf, makeContext } from '../../src/testing/training-fixtures.ts';

/** A data set with its three parts. */
export interface Sets {
  readonly train: Dataset;
  readonly valid: Dataset;
  readonly test: Dataset;
}

/** The set in the folder `dir`: train.txt, valid.txt and test.txt. */
export async function readSets(dir: string): Promise<Sets> {
  const read = async (part: string): Promise<Dataset> =>
    (await readDataset(await describeData(join(dir, `${part}.txt`), {}))).dataset;
  return { train: await read('train'), valid: await read('valid'), test: await read('test') };
}

export interface TrainedRun {
  readonly seconds: number;
  /** On the validation set. */
  readonly valid: Metrics;
  readonly test: Metrics;
}

/** Trains once, saves, loads, and scores the test set with what was loaded; F1 is macro, or micro of several labels. */
export async function trainAndTest(
  model: Model,
  { train, valid, test }: Sets,
  params: Params,
  seed = 5,
): Promise<TrainedRun> {
  const average = train.multiLabel ? 'micro' : 'macro';
  const objective: Objective = { metric: 'f1', direction: 'maximize', average, positiveLabel: null };
  const data = { train: handleOf(train.documents), valid: handleOf(valid.documents) };
  const startedAt = performance.now();
  const trained = await model.train(params, data, makeContext({ objective, seed }));
  const seconds = (performance.now() - startedAt) / 1000;
  const dir = mkdtempSync(join(tmpdir(), 'hpo-bench-train-'));
  try {
    await trained.save(dir);
    const predictor = await model.loadPredictor(dir);
    const texts = test.documents.map(({ text }) => text);
    const answers = await predictor.predict(texts, { k: null, threshold: null });
    const number = (label: string): number => train.labels.indexOf(label);
    const metrics = evaluate(
      test.documents.map(({ labels }) => labels.map(number)),
      answers.map((answer) => answer.map(({ label }) => number(label))),
      { labels: train.labels, objective, multiLabel: train.multiLabel },
    );
    return { seconds, valid: trained.metrics, test: metrics };
  } finally {
    trained.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
}
