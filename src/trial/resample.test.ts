import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Document } from '../domain/dataset.ts';
import type { DatasetHandle, Model, TrainingData, TrainReport } from '../domain/ports.ts';
import type { Resampling } from '../domain/resampling.ts';
import { loadModel } from '../models/index.ts';
import { handleOf, makeContext } from '../testing/training-fixtures.ts';
import { type ResamplingPlan, trainResampled } from './resample.ts';

const params = {
  normalise: 'lp',
  C: 10,
  wordNgrams: 1,
  charNgrams: false,
  sublinear: true,
  minDf: 1,
  balance: 0,
};

/** Documents of two topics, some of both; each has a word that no other has. */
function makeDocuments(from: number, count: number): Document[] {
  return Array.from({ length: count }, (_, k) => {
    const i = from + k;
    const labels = i % 3 === 0 ? ['tea'] : i % 3 === 1 ? ['sea'] : ['sea', 'tea'];
    const words = labels.map((label) => (label === 'tea' ? 'kettle cup leaf' : 'wave salt shore'));
    return { text: `${words.join(' ')} own${i}`, labels };
  });
}

const [first, second, third] = [makeDocuments(0, 30), makeDocuments(30, 30), makeDocuments(60, 30)];
const folds: TrainingData[] = [
  { train: handleOf([...second!, ...third!]), valid: handleOf(first!) },
  { train: handleOf([...first!, ...third!]), valid: handleOf(second!) },
  { train: handleOf([...first!, ...second!]), valid: handleOf(third!) },
];
const all = handleOf([...first!, ...second!, ...third!]);
const byFolds: Resampling = { by: 'folds', count: 3, seed: 1, keepModel: true };
const plan: ResamplingPlan = { resampling: byFolds, parts: folds, all, metric: 'f1' };

t.test('a trial of folds reports each fold and ends with their mean', async (t) => {
  const linear = await loadModel('linear');
  const reports: TrainReport[] = [];
  const context = makeContext({ report: (report) => void reports.push(report) });
  const trained = await trainResampled(linear, params, plan, context);
  t.same(
    reports.map(({ step, progress }) => [step, progress]),
    [
      [1, 0.25],
      [2, 0.5],
      [3, 0.75],
    ],
  );
  const alone = await Promise.all(folds.map((fold) => linear.train(params, fold, makeContext())));
  t.same(
    reports.map(({ metrics }) => metrics['f1']),
    alone.map(({ metrics }) => metrics['f1']),
  );
  const mean = alone.reduce((sum, { metrics }) => sum + metrics['f1']! / 3, 0);
  t.ok(Math.abs(trained.metrics['f1']! - mean) < 1e-12);
  t.ok(Math.abs(reports[2]!.metrics['mean']! - mean) < 1e-12, 'the running mean goes along');
  t.match(trained.details, { resampling: { by: 'folds', values: [Number, Number, Number] } });
});

t.test('the model to keep has seen every document, and a threshold tuned on held-out ones', async (t) => {
  const linear = await loadModel('linear');
  const trained = await trainResampled(linear, params, plan, makeContext());
  const dir = join(t.testdir(), 'model');
  mkdirSync(dir);
  await trained.save(dir);
  const card = JSON.parse(readFileSync(join(dir, 'model.json'), 'utf8'));
  const alone = await Promise.all(folds.map((fold) => linear.train(params, fold, makeContext())));
  const mean = alone.reduce((sum, { details }) => sum + (details['threshold'] as number) / 3, 0);
  t.ok(Math.abs(card.threshold - mean) < 1e-12);
  t.equal(trained.details['threshold'], card.threshold);
  const predictor = await linear.loadPredictor(dir);
  const [found] = await predictor.predict(['kettle wave'], { k: null, threshold: null });
  t.same(found!.map(({ label }) => label).sort(), ['sea', 'tea']);
  predictor.dispose();
  const whole = await linear.train(params, { train: all, valid: folds[0]!.valid }, makeContext());
  const size = whole.details['features'] as number;
  t.ok(size > (alone[0]!.details['features'] as number), 'more words than any fold has');
  t.equal(readFileSync(join(dir, 'linear.bin')).readUInt32LE(8), size);
});

t.test('a fold that has ended is not trained again by the next attempt', async (t) => {
  const checkpointDir = join(t.testdir(), 'checkpoint');
  const linear = await loadModel('linear');
  const stop = new AbortController();
  const interrupted = makeContext({
    checkpointDir,
    signal: stop.signal,
    report: ({ step }) => {
      if (step === 2) stop.abort(new Error('preempted'));
    },
  });
  await t.rejects(trainResampled(linear, params, plan, interrupted), { message: 'preempted' });
  const { read, handles } = countReads(folds);
  const reports: number[] = [];
  const again = makeContext({ checkpointDir, report: ({ step }) => void reports.push(step) });
  const resumed = await trainResampled(linear, params, { ...plan, parts: handles }, again);
  t.same(read, [2], 'only the third');
  t.same(reports, [1, 2, 3], 'the pruner sees all of them');
  t.same(resumed.metrics, (await trainResampled(linear, params, plan, makeContext())).metrics);
});

t.test('fresh seeds differ from each other and from the trial itself', async (t) => {
  const seeds: number[] = [];
  const model = {
    train: async (_params: unknown, _data: unknown, { seed }: { seed: number }) => {
      seeds.push(seed);
      return { metrics: { f1: seed % 7 }, details: {}, save: () => Promise.reject(), dispose: () => {} };
    },
  } as unknown as Model;
  const resampling: Resampling = { by: 'seeds', count: 4, seed: 9, keepModel: false };
  const result = await trainResampled(
    model,
    {},
    { ...plan, resampling, parts: Array(4).fill(folds[0]) },
    makeContext(),
  );
  t.equal(new Set([...seeds, 5]).size, 5);
  t.equal(
    result.metrics['f1'],
    seeds.reduce((sum, seed) => sum + (seed % 7) / 4, 0),
  );
  t.equal(result.details['threshold'], null);
});

/** The same folds, with the numbers of those whose training documents were read. */
function countReads(parts: readonly TrainingData[]) {
  const read: number[] = [];
  const spy = (handle: DatasetHandle, i: number): DatasetHandle => ({
    ...handle,
    read: () => {
      read.push(i);
      return handle.read();
    },
  });
  return { read, handles: parts.map(({ train, valid }, i) => ({ train: spy(train, i), valid })) };
}
