import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Document } from '../../domain/dataset.ts';
import type { DatasetHandle, TrainingContext, TrainReport } from '../../domain/ports.ts';
import { TrialFailure } from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { loadPredictor } from '../index.ts';
import { model } from './index.ts';

const TOPICS = {
  доставка: 'Курьер опоздал на час посылка ждать адрес',
  оплата: 'Карта списали деньги дважды чек банк',
  praise: 'Great service, thank you! love it fast',
};
const FILLER = 'и я не вы the is a Очень please, когда? !!'.split(' ');

function makeDocuments(n: number, seed: number, multiLabel = false): Document[] {
  const rng = createRng(seed, n);
  const names = Object.keys(TOPICS) as (keyof typeof TOPICS)[];
  return Array.from({ length: n }, () => {
    const labels = names.filter(() => rng.uniform() < 0.4);
    const own = multiLabel && labels.length > 0 ? labels : [names[rng.integer(3)]!];
    const words = own.flatMap((label) => TOPICS[label].split(' '));
    const text = Array.from({ length: 8 }, () =>
      rng.uniform() < 0.6 ? words[rng.integer(words.length)]! : FILLER[rng.integer(FILLER.length)]!,
    );
    return { text: text.join(' '), labels: own };
  });
}

/** A data set in memory that counts how often it is read. */
function countingHandle(documents: readonly Document[]): DatasetHandle & { reads: number } {
  const { sha256, read } = handleOf(documents);
  return {
    sha256,
    reads: 0,
    async read() {
      this.reads++;
      return read();
    },
  };
}

const MACRO = { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null } as const;
const contextOf = (overrides: Partial<TrainingContext> = {}): TrainingContext =>
  makeContext({ objective: MACRO, ...overrides });

const PARAMS = { lr: 0.5, dim: 16, epoch: 10, wordNgrams: 2, bucket: 5000, minn: 2, maxnExtra: 2 };
const single = { train: handleOf(makeDocuments(300, 1)), valid: handleOf(makeDocuments(100, 2)) };
const multi = { train: handleOf(makeDocuments(301, 3, true)), valid: handleOf(makeDocuments(101, 4, true)) };

t.test('a training reports at the ten rungs with all metrics', async (t) => {
  const reports: TrainReport[] = [];
  const trained = await model.train(PARAMS, single, contextOf({ report: (report) => reports.push(report) }));
  t.same(
    reports.map(({ step }) => step),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  t.same(
    reports.map(({ progress }) => progress),
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  );
  for (const { metrics } of reports) {
    for (const name of ['loss', 'lr', 'precision', 'recall', 'f0.5', 'f1'])
      t.type(metrics[name], 'number', name);
  }
  t.ok(reports[0]!.metrics['loss']! > reports[9]!.metrics['loss']!, 'the loss falls');
  t.ok(reports[0]!.metrics['lr']! > reports[9]!.metrics['lr']!, 'and so does the rate');
  t.ok(trained.metrics['f1']! > 0.9, `macro F1 ${trained.metrics['f1']}`);
  t.ok(trained.metrics['modelBytes']! > 5000 * 16 * 4);
  t.match(trained.details, { threshold: null, majorityBaseline: { label: String } });
  t.equal((trained.details['confusionMatrix'] as number[][]).length, 3);
});

t.test('the same seed trains the same model, another seed another one', async (t) => {
  const save = async (name: string, seed: number): Promise<Buffer> => {
    const dir = join(t.testdirName, name);
    await mkdir(dir, { recursive: true });
    const trained = await model.train(PARAMS, single, contextOf({ seed }));
    await trained.save(dir);
    return readFileSync(join(dir, 'model.bin'));
  };
  t.testdir();
  const first = await save('a', 1);
  t.ok(first.equals(await save('b', 1)));
  t.notOk(first.equals(await save('c', 2)));
});

t.test('several labels a document get a tuned threshold', async (t) => {
  const dir = t.testdir();
  const objective = { metric: 'f1', direction: 'maximize', average: 'micro', positiveLabel: null } as const;
  const trained = await model.train({ ...PARAMS, loss: 'ova' }, multi, contextOf({ objective }));
  await trained.save(dir);
  const threshold = trained.details['threshold'] as number;
  t.ok(threshold > 0 && threshold < 1);
  t.ok(trained.metrics['f1']! > 0.85, `micro F1 ${trained.metrics['f1']}`);
  const predictor = await loadPredictor(dir);
  const [both, nothing] = await predictor.predict(['Курьер опоздал, списали деньги дважды', ''], {
    k: null,
    threshold: null,
  });
  t.same(both!.map(({ label }) => label).sort(), ['доставка', 'оплата']);
  t.ok(nothing!.length >= 1, 'an empty text still has its line end, and so a top label');
  const all = await predictor.predict(['Курьер'], { k: null, threshold: 0 });
  t.equal(all[0]!.length, 3);
});

t.test('an aborted training throws the signal’s reason', async (t) => {
  const controller = new AbortController();
  const report = (): void => controller.abort(new Error('pruned'));
  await t.rejects(model.train(PARAMS, single, contextOf({ report, signal: controller.signal })), {
    message: 'pruned',
  });
});

t.test('an abort in the middle of a rung is noticed', async (t) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('stop')), 50);
  const long = { ...PARAMS, epoch: 100_000, dim: 300 };
  await t.rejects(model.train(long, single, contextOf({ signal: controller.signal })), { message: 'stop' });
});

t.test('weights that overflow fail the trial as diverged', async (t) => {
  const error = await model.train({ ...PARAMS, lr: 1e30 }, single, contextOf()).catch((caught) => caught);
  t.ok(error instanceof TrialFailure);
  t.equal(error.failure.kind, 'diverged');
});

t.test('a model beyond four gigabytes fails as out of memory', async (t) => {
  const error = await model.train({ dim: 50_000_000 }, single, contextOf()).catch((caught) => caught);
  t.match(error.failure, { kind: 'out-of-memory', message: /GiB/ });
});

t.test('a value that cannot be used is named', async (t) => {
  for (const [params, name] of [
    [{ dim: 0.5 }, 'dim'],
    [{ loss: 'hinge' }, 'loss'],
    [{ normalise: 'upper' }, 'normalise'],
    [{ wordNgrams: '2' }, 'wordNgrams'],
    [{ shufle: false }, 'shufle'],
  ] as const) {
    const error = await model.train(params, single, contextOf()).catch((caught) => caught);
    t.match(error.failure, { kind: 'bad-config', message: new RegExp(name) });
  }
});

t.test('a minimum count that leaves no word fails as bad data', async (t) => {
  const error = await model.train({ minCount: 1_000_000 }, single, contextOf()).catch((caught) => caught);
  t.match(error.failure, { kind: 'bad-data', message: /minCount/ });
});

t.test('a cached corpus spares the reading and trains the same model', async (t) => {
  const dir = t.testdir({ cache: {}, a: {}, b: {} });
  const train = countingHandle(makeDocuments(120, 7));
  const valid = countingHandle(makeDocuments(50, 8));
  const context = contextOf({ cacheDir: join(dir, 'cache') });
  await (await model.train(PARAMS, { train, valid }, context)).save(join(dir, 'a'));
  t.equal((await readdir(join(dir, 'cache'))).length, 2);
  await (await model.train({ ...PARAMS, lr: 0.5 }, { train, valid }, context)).save(join(dir, 'b'));
  t.same([train.reads, valid.reads], [1, 1]);
  t.ok(readFileSync(join(dir, 'a/model.bin')).equals(readFileSync(join(dir, 'b/model.bin'))));
  await model.train({ ...PARAMS, minCount: 2, wordNgrams: 1 }, { train, valid }, context);
  t.equal(train.reads, 1, 'other n-grams need no other corpus');
});

const official = existsSync('/usr/bin/fasttext');
const skip =
  official || process.env['HPO_REQUIRE_SERVICES'] === '1' ? false : 'the official fasttext is not installed';

t.test('the official program predicts the same labels on the normalised lines', { skip }, async (t) => {
  for (const [name, data, params] of [
    ['single', single, { ...PARAMS, normalise: 'lp' }],
    ['multi', multi, { ...PARAMS, normalise: 'lower', loss: 'ova' }],
    ['raw', single, { ...PARAMS, normalise: 'raw', wordNgrams: 3, minn: 3 }],
  ] as const) {
    const dir = t.testdir();
    await (await model.train(params, data, contextOf())).save(dir);
    const predictor = await loadPredictor(dir);
    const texts = [
      ...makeDocuments(200, 9).map(({ text }) => text),
      'unknown слова совсем',
      '__label__praise </s> Курьер',
      'не\u00a0разрыв 👍🏽',
    ];
    writeFileSync(join(dir, 'lines.txt'), texts.map((text) => `${predictor.normalise(text)}\n`).join(''));
    const ours = await predictor.predict(texts, { k: 3, threshold: 0 });
    const printed = execFileSync(
      '/usr/bin/fasttext',
      ['predict-prob', join(dir, 'model.bin'), join(dir, 'lines.txt'), '3'],
      { encoding: 'utf8' },
    );
    const theirs = printed
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    t.equal(theirs.length, texts.length);
    for (const [i, line] of theirs.entries()) {
      const labels = line.filter((_, j) => j % 2 === 0).map((word) => word.replace('__label__', ''));
      if (
        !t.same(
          ours[i]!.map(({ label }) => label),
          labels,
          `${name}: ${texts[i]}`,
        )
      )
        break;
      for (const [j, { probability }] of ours[i]!.entries()) {
        if (Math.abs(probability - Number(line[2 * j + 1])) > 2e-5)
          t.equal(probability, Number(line[2 * j + 1]));
      }
    }
  }
});
