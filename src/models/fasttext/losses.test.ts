import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Document } from '../../domain/dataset.ts';
import { TrialFailure } from '../../domain/ports.ts';
import { evaluate } from '../../metrics/index.ts';
import {
  bytesOf,
  FASTTEXT,
  sampleLines,
  skipWithoutFastText,
  trainOfficial,
  trainOurs,
} from '../../testing/fasttext-peer.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import type { FastTextArgs } from './args.ts';
import { model } from './index.ts';
import { type LoadedModel, readModelFile } from './model-reader.ts';
import { createPredictor, type FastTextPredictor, loadFastTextPredictor } from './predictor.ts';

/** Models with confident and with flat predictions, of few and of many labels. */
const MODELS: Record<string, { readonly text: Buffer; readonly args: Partial<FastTextArgs> }> = {
  'hs, two labels': {
    text: bytesOf(sampleLines({ lines: 90, labels: 2 })),
    args: { dim: 5, loss: 'hs', lr: 0.5 },
  },
  'hs, 77 labels, trained long': {
    text: bytesOf(sampleLines({ lines: 462, labels: 77, multi: true })),
    args: { dim: 20, loss: 'hs', lr: 1, epoch: 60 },
  },
  'hs, 736 labels': {
    text: bytesOf(sampleLines({ lines: 1480, labels: 736 })),
    args: { dim: 10, loss: 'hs', wordNgrams: 2, bucket: 2000, lr: 0.5, epoch: 10 },
  },
  'hs, one label': {
    text: bytesOf(sampleLines({ lines: 20, labels: 1 })),
    args: { dim: 5, loss: 'hs' },
  },
  'ns, two labels': {
    text: bytesOf(sampleLines({ lines: 90, labels: 2 })),
    args: { dim: 5, loss: 'ns', lr: 0.5 },
  },
  'ns, 77 labels': {
    text: bytesOf(sampleLines({ lines: 462, labels: 77, multi: true })),
    args: { dim: 20, loss: 'ns', minn: 2, maxn: 3, bucket: 1000, lr: 0.7, epoch: 20 },
  },
  'ns, 736 labels': {
    text: bytesOf(sampleLines({ lines: 1480, labels: 736 })),
    args: { dim: 10, loss: 'ns', lr: 0.5, epoch: 10, neg: 3 },
  },
};

/** A predictor for a model of the official program, whose texts are not normalised. */
function predictorOf(loaded: LoadedModel): FastTextPredictor {
  return createPredictor(loaded, {
    model: 'fasttext',
    labels: loaded.labelWords,
    multiLabel: true,
    threshold: null,
    normalise: 'raw',
    labelPrefix: '__label__',
    args: {},
  });
}

/** What the official program prints for each line: labels and probabilities in turn. */
function predictOfficial(path: string, lines: readonly string[], k: number, threshold: number): string[][] {
  const { stdout } = spawnSync(FASTTEXT, ['predict-prob', path, '-', String(k), String(threshold)], {
    encoding: 'utf8',
    input: lines.map((line) => `${line}\n`).join(''),
    maxBuffer: 1 << 28,
  });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

const TEXTS = sampleLines({ lines: 40, labels: 11 }).map((line) => line.replace(/__label__\S+ /g, ''));

for (const [title, { text, args }] of Object.entries(MODELS)) {
  t.test(`predictions are the official program’s: ${title}`, { skip: skipWithoutFastText }, async (t) => {
    const dir = t.testdir();
    trainOfficial(dir, text, args);
    const path = join(dir, 'theirs.bin');
    const predictor = predictorOf(await readModelFile(path));
    for (const [k, threshold] of [
      [1, 0],
      [5, 0],
      [5, 0.02],
      [-1, 0],
      [-1, 0.01],
      [-1, 0.5],
    ] as const) {
      const theirs = predictOfficial(path, TEXTS, k, threshold);
      const ours = await predictor.predict(TEXTS, { k: k < 0 ? null : k, threshold });
      const labels = (line: readonly string[]): string[] => line.filter((_, i) => i % 2 === 0);
      t.same(
        ours.map((line) => line.map(({ label }) => label)),
        theirs.map(labels),
        `labels with k ${k} from ${threshold} on`,
      );
      const differences = ours.flatMap((line, i) =>
        line.map(({ probability }, j) => Math.abs(probability - Number(theirs[i]![2 * j + 1]))),
      );
      t.ok(Math.max(0, ...differences) < 2e-5, `probabilities with k ${k} from ${threshold} on`);
    }
  });
}

for (const [loss, neg] of [
  ['hs', 5],
  ['ns', 5],
  ['ns', 2],
] as const) {
  t.test(`the loss of ${loss} is the one that the official program prints (neg ${neg})`, async (t) => {
    if (skipWithoutFastText !== false) return t.comment(skipWithoutFastText);
    const dir = t.testdir();
    const text = bytesOf(sampleLines({ lines: 400, labels: 12 }));
    const args = { dim: 10, loss, neg, lr: 0.4 };
    const { training } = await trainOurs(dir, text, args);
    const printed = /avg\.loss: +([\d.]+)/.exec(trainOfficial(dir, text, args).printed.split('\r').at(-1)!)!;
    t.ok(Math.abs(training.takeLoss() - Number(printed[1])) < 1e-4 * Number(printed[1]), printed[0]);
  });
}

const SINGLE = { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null } as const;
const MULTI = { ...SINGLE, average: 'micro' } as const;

function documentsOf(lines: readonly string[]): Document[] {
  return lines.map((line) => ({
    text: line.replace(/__label__\S+ /g, ''),
    labels: [...new Set([...line.matchAll(/__label__(\S+) /g)].map((match) => match[1]!))],
  }));
}

for (const loss of ['hs', 'ns']) {
  for (const multi of [false, true]) {
    const title = multi ? 'several labels a document, with a tuned threshold' : 'one label a document';
    t.test(`a trained ${loss} model predicts as it was measured: ${title}`, async (t) => {
      const dir = t.testdir();
      const train = documentsOf(sampleLines({ lines: 600, labels: 6, multi }));
      const valid = documentsOf(sampleLines({ lines: 200, labels: 6, multi }));
      const objective = multi ? MULTI : SINGLE;
      const losses: number[] = [];
      const trained = await model.train(
        { lr: 0.5, dim: 12, epoch: 15, wordNgrams: 2, bucket: 2000, loss, neg: 4 },
        { train: handleOf(train), valid: handleOf(valid) },
        makeContext({ objective, report: ({ metrics }) => losses.push(metrics['loss']!) }),
      );
      t.ok(losses[0]! > losses[9]!, 'the loss falls');
      // With several labels two of three are drawn at random.
      t.ok(trained.metrics['f1']! > (multi ? 0.5 : 0.8), `F1 ${trained.metrics['f1']}`);
      t.equal(typeof trained.details['threshold'], multi ? 'number' : 'object');
      await trained.save(dir);
      const predictor = await loadFastTextPredictor(dir);
      const texts = valid.map(({ text }) => text);
      const predicted = await predictor.predict(texts, { k: null, threshold: null });
      const numberOf = (label: string): number => predictor.labels.indexOf(label);
      const again = evaluate(
        valid.map(({ labels }) => labels.map(numberOf)),
        predicted.map((own) => own.map(({ label }) => numberOf(label))),
        { labels: predictor.labels, objective, multiLabel: multi },
      );
      t.equal(again['f1'], trained.metrics['f1']);
      if (skipWithoutFastText !== false) return t.comment(skipWithoutFastText);
      const theirs = predictOfficial(join(dir, 'model.bin'), texts.map(predictor.normalise), 1, 0);
      const ours = await predictor.predict(texts, { k: 1, threshold: null });
      t.same(
        theirs.map(([label]) => label),
        ours.map(([top]) => `__label__${top!.label}`),
        'the official program predicts the same with it',
      );
    });
  }
}

t.test('negative sampling without another label fails with its reason', async (t) => {
  const same = documentsOf(sampleLines({ lines: 30, labels: 1 }));
  const data = { train: handleOf(same), valid: handleOf(same) };
  const error = await model.train({ loss: 'ns' }, data, makeContext()).catch((caught) => caught);
  t.ok(error instanceof TrialFailure);
  t.match(error.failure, { kind: 'bad-data', message: /ns .*another label/ });
  await t.resolves(model.train({ loss: 'ns', neg: 0 }, data, makeContext()));
  await t.resolves(model.train({ loss: 'hs' }, data, makeContext()));
});

t.test('so many negatives that nobody would wait for them are refused', async (t) => {
  const documents = documentsOf(sampleLines({ lines: 30, labels: 3 }));
  const data = { train: handleOf(documents), valid: handleOf(documents) };
  const params = { loss: 'ns', neg: 2 ** 31 - 1 };
  const error = await model.train(params, data, makeContext()).catch((caught) => caught);
  t.match(error.failure, { kind: 'bad-config', message: /neg/ });
});

t.test('hs and ns whose weights overflow fail the trial as diverged', async (t) => {
  const documents = documentsOf(sampleLines({ lines: 60, labels: 5 }));
  const data = { train: handleOf(documents), valid: handleOf(documents) };
  for (const loss of ['hs', 'ns']) {
    const error = await model
      .train({ loss, lr: 1e38, epoch: 50 }, data, makeContext())
      .catch((caught) => caught);
    t.match(error.failure, { kind: 'diverged' }, loss);
  }
});

t.test('a tree model whose label counts are damaged is refused', async (t) => {
  const dir = t.testdir();
  const { bin } = await trainOurs(dir, bytesOf(sampleLines({ lines: 60, labels: 3 })), {
    loss: 'hs',
    dim: 2,
  });
  const at = bin.indexOf('__label__') + '__label__L0'.length + 1;
  bin.writeBigInt64LE(2n ** 52n, at);
  writeFileSync(join(dir, 'bad.bin'), bin);
  const loaded = await readModelFile(join(dir, 'bad.bin'));
  t.throws(() => predictorOf(loaded), { name: 'DataError', message: /count/ });
});
