import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { describeData, openFolds, openTrainingData } from '../datasets/index.ts';
import type { Objective } from '../domain/objective.ts';
import { loadModel } from '../models/index.ts';
import { type AttemptRequest, type AttemptResult, readRecord, writeRequest } from '../protocol/index.ts';
import { runTrial, type TrialParts } from './run-trial.ts';

const f1: Objective = { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null };
const latency: Objective = { ...f1, metric: 'latencyMs', direction: 'minimize' };

/** A trial of the linear model on colours and animals. */
async function runLinear(dir: string, change: Partial<AttemptRequest>): Promise<AttemptResult> {
  const line = (i: number) =>
    i % 3 === 0 ? `__label__animal cat horse ${i}` : `__label__colour red green ${i}`;
  writeFileSync(join(dir, 'train.txt'), Array.from({ length: 90 }, (_, i) => `${line(i)}\n`).join(''));
  writeFileSync(join(dir, 'valid.txt'), Array.from({ length: 30 }, (_, i) => `${line(i + 100)}\n`).join(''));
  const [train, valid] = await Promise.all(
    ['train.txt', 'valid.txt'].map((name) => describeData(join(dir, name))),
  );
  const model = await loadModel('linear');
  const context = { nLabels: 2, nDocuments: 90, multiLabel: false };
  await writeRequest(dir, {
    version: 1,
    study: 'test',
    trial: 0,
    attempt: 0,
    token: 'token',
    model: 'linear',
    params: model.defaults(context)[0]!,
    settings: {},
    data: { train: train!, valid: valid!, test: null, validFraction: 0.2, dedupe: false },
    objectives: [f1],
    seed: 1,
    studySeed: 1,
    threads: 1,
    cacheDir: dir,
    keepAbove: null,
    ...change,
  });
  const parts: TrialParts = {
    loadModel,
    openTrainingData: async (data, seed) => openTrainingData(data, seed),
    openFolds: async (data, options) => openFolds(data, options),
  };
  t.equal(await runTrial(dir, parts), 0);
  return (await readRecord<AttemptResult>(dir, 'result.json'))!;
}

t.test('a model of hpo says what it costs: bytes, milliseconds a text, seconds of training', async (t) => {
  const dir = t.testdir();
  const result = await runLinear(dir, {});
  if (result.state !== 'complete') return t.fail(JSON.stringify(result));
  const { modelBytes, latencyMs, trainSeconds } = result.metrics;
  t.ok(modelBytes! > 0 && latencyMs! > 0 && trainSeconds! > 0, JSON.stringify(result.metrics));
  t.equal(result.artifact?.bytes, modelBytes, 'the bytes of the saved model');
  t.ok(existsSync(join(dir, 'model', 'model.json')));
});

t.test('a model that cannot be among the best is measured and not kept', async (t) => {
  const dir = t.testdir();
  const result = await runLinear(dir, { keepAbove: 2, objectives: [f1, latency] });
  t.match(result, { state: 'complete', artifact: null, metrics: { latencyMs: Number } });
  t.notOk(existsSync(join(dir, 'model')));
});

t.test('latency alone may be the objective; the model is tuned by a score all the same', async (t) => {
  const pruneBy = { metric: 'f1', direction: 'maximize' } as const;
  const result = await runLinear(t.testdir(), { objectives: [latency], pruneBy });
  t.match(result, { state: 'complete', metrics: { f1: 1, latencyMs: Number } });
});
