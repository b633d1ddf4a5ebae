import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Document } from '../../domain/dataset.ts';
import type { Params } from '../../domain/distribution.ts';
import type { TrainReport, TrialFailure } from '../../domain/ports.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { model } from './index.ts';

const SMALL: Params = { embeddingDim: 8, hiddenSize: 8, epochs: 6, batchSize: 16, lr: 0.02, dropout: 0 };

const documentOf = (text: string, ...labels: string[]): Document => ({ text, labels });
const repeat = (n: number, make: (i: number) => Document): Document[] =>
  Array.from({ length: n }, (_, i) => make(i));
/** One in four is an animal. */
const animals = (n: number): Document[] =>
  repeat(n, (i) =>
    i % 4 === 0 ? documentOf(`cat dog ${i % 3}`, 'animal') : documentOf(`red blue ${i % 5}`, 'colour'),
  );

async function train(
  train: readonly Document[],
  {
    params = {},
    valid = train,
    settings = {},
  }: { params?: Params; valid?: readonly Document[]; settings?: object } = {},
) {
  const reports: TrainReport[] = [];
  const context = makeContext({ settings: { ...settings }, report: (report) => reports.push(report) });
  const data = { train: handleOf(train), valid: handleOf(valid) };
  return { trained: await model.train({ ...SMALL, ...params }, data, context), reports };
}

async function failureOf(...args: Parameters<typeof train>): Promise<TrialFailure['failure']> {
  try {
    await train(...args);
  } catch (error) {
    return (error as TrialFailure).failure;
  }
  throw new Error('it trained');
}

t.test('every report has losses, the four scores, the learning rate and the speed', async (t) => {
  const { reports } = await train(animals(80));
  for (const { metrics } of reports) {
    for (const name of [
      'loss',
      'trainLoss',
      'precision',
      'recall',
      'f0.5',
      'f1',
      'lr',
      'examplesPerSecond',
      'trainSteps',
    ])
      t.ok(Number.isFinite(metrics[name]), name);
  }
  t.ok(reports.at(-1)!.metrics['lr']! < reports[2]!.metrics['lr']!, 'it falls');
});

t.test('a vocabulary of one word, and texts without any, are learned from as far as they go', async (t) => {
  const texts = repeat(60, (i) => documentOf(i % 3 === 0 ? 'yes' : '', i % 3 === 0 ? 'full' : 'empty'));
  const { trained } = await train(texts);
  t.equal(trained.metrics['accuracy'], 1);
  t.match(await failureOf(repeat(9, (i) => documentOf(' ', i % 2 ? 'a' : 'b'))), {
    kind: 'bad-data',
    message: /no word/,
  });
  t.match(await failureOf(animals(40), { params: { minCount: 1000 } }), {
    kind: 'bad-data',
    message: /minCount = 1000/,
  });
});

t.test('texts of one word and of ten thousand share a training', async (t) => {
  const long = (word: string): string => `${word} `.repeat(10_000);
  const texts = repeat(40, (i) =>
    documentOf(i % 2 ? (i % 4 === 1 ? 'up' : long('up')) : 'down', i % 2 ? 'u' : 'd'),
  );
  for (const pooling of ['max', 'mean', 'last', 'attention']) {
    // Compiling for long texts takes its time: once is enough.
    const params = { pooling, layers: pooling === 'last' ? 2 : 1, maxLength: pooling === 'max' ? 128 : 16 };
    const { trained } = await train(texts, { params: { ...params, epochs: 8 } });
    t.equal(trained.metrics['accuracy'], 1, pooling);
  }
});

t.test('a batch larger than the data is all of the data', async (t) => {
  const { trained } = await train(animals(12), { params: { batchSize: 4096, epochs: 20 } });
  t.equal(trained.details['steps'], 20);
  t.ok(trained.metrics['accuracy']! > 0.9);
});

t.test('labels that validation lacks, or that only validation has, break nothing', async (t) => {
  const [known, odd] = [animals(40), documentOf('green', 'plant')];
  const missing = await train(known, { valid: known.filter(({ labels }) => labels[0] === 'colour') });
  t.ok(missing.trained.metrics['accuracy']! > 0.9);
  const { trained } = await train(known, { valid: [...known, odd] });
  t.ok(trained.metrics['accuracy']! < 1);
});

t.test('a training that explodes has diverged', async (t) => {
  t.match(await failureOf(animals(80), { params: { lr: 1e6, clipNorm: 1e6 } }), {
    kind: 'diverged',
    message: /loss|gradient/,
  });
});

t.test('rare labels come first in two stages, and all texts then', async (t) => {
  const { trained, reports } = await train(animals(200), {
    params: { twoStage: true, stage1Epochs: 3, stage1Ratio: 1, stage2Rate: 0.5, epochs: 3 },
  });
  const [first, second] = trained.details['stages'] as unknown as { texts: number; best: number }[];
  t.match([first!.texts, second!.texts], [100, 200]);
  t.ok(first!.best > 0 && second!.best > 0, 'a score of each');
  t.same([...new Set(reports.map(({ metrics }) => metrics['stage']))], [1, 2]);
});

t.test('every loss and weight of labels trains, of one label and of several', async (t) => {
  const several = repeat(80, (i) => {
    const labels = i % 5 === 0 ? ['a', 'b'] : [i % 2 ? 'a' : 'b'];
    return documentOf(`${labels.map((label) => `is${label}`).join(' ')} x${i % 7}`, ...labels);
  });
  const choices: Params[] = [
    { loss: 'focal', focalGamma: 2, focalAlpha: 1 },
    { loss: 'focal', focalGamma: 0.5, focalAlpha: 0 },
    { loss: 'crossEntropy', labelSmoothing: 0.1, balance: 1 },
  ];
  for (const params of choices) {
    const one = await train(animals(80), { params });
    t.ok(one.trained.metrics['accuracy']! > 0.9, JSON.stringify(params));
    const { trained } = await train(several, { params: { ...params, epochs: 12 } });
    t.ok(trained.metrics['f1']! > 0.9, `several labels: ${trained.metrics['f1']}`);
    t.type(trained.details['threshold'], 'number');
  }
});

t.test('probabilities are calibrated without changing an answer', async (t) => {
  const noisy = repeat(300, (i) =>
    documentOf(`w${i % 3} v${i % 11}`, (i * 7) % 10 < 7 ? `l${i % 3}` : `l${(i + 1) % 3}`),
  );
  const { trained } = await train(noisy.slice(0, 150), {
    valid: noisy.slice(150),
    params: { epochs: 40, labelSmoothing: 0 },
  });
  t.ok(trained.metrics['loss']! < (trained.details['uncalibratedLoss'] as number));
  t.ok((trained.details['temperature'] as number) > 1, 'it was too sure');
});

t.test('what cannot be used is refused', async (t) => {
  for (const params of [
    { lr: 0 },
    { lr: Number.NaN },
    { hiddenSize: 1.5 },
    { pooling: 'sum' },
    { dropout: 1 },
    { twoStage: true, stage1Ratio: 0.5 },
    { C: 1 },
  ] as Params[]) {
    t.match(await failureOf(animals(20), { params }), { kind: 'bad-config' }, JSON.stringify(params));
  }
  t.throws(() => model.checkSettings?.({ engine: 'torch' }), {
    message: /engine must be one of auto, onnxruntime/,
  });
  t.throws(() => model.checkSettings?.({ epochs: 3 }), { message: /no setting "epochs"/ });
  t.throws(() => model.checkSettings?.({ vectors: 7 }), { message: /vectors/ });
  t.doesNotThrow(() => model.checkSettings?.({ engine: 'onnxruntime', device: 'cpu' }));
});

t.test('a damaged or foreign model folder is refused with a reason', async (t) => {
  const dir = t.testdir();
  const { trained } = await train(animals(40));
  const saved = await trained.save(dir);
  t.equal(readFileSync(join(dir, saved.path)).length, trained.metrics['modelBytes']);
  const predictor = await model.loadPredictor(dir);
  t.equal((await predictor.predict(['red'], { k: 1, threshold: null }))[0]![0]!.label, 'colour');
  t.equal(predictor.normalise('Red, BLUE'), 'red , blue');
  predictor.dispose();
  truncateSync(join(dir, saved.path), 100);
  await t.rejects(model.loadPredictor(dir), { message: /model\.onnx/ });
  rmSync(join(dir, 'vocab.txt'));
  await t.rejects(model.loadPredictor(dir), { message: /no readable .*vocab\.txt/ });
  writeFileSync(join(dir, 'model.json'), '{"model":"lstm"}');
  await t.rejects(model.loadPredictor(dir), { message: /does not describe/ });
});

t.test('memory grows with documents, words and units', async (t) => {
  const context = { nDocuments: 10_000, nLabels: 10, multiLabel: false };
  const bytes = (params: Params, more = {}) => model.predictMemory(params, { ...context, ...more })!;
  t.ok(bytes({}) < bytes({ hiddenSize: 512 }));
  t.ok(bytes({}) < bytes({ embeddingDim: 300 }));
  t.ok(bytes({}) < bytes({}, { nDocuments: 1e6 }));
});
