import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Params } from '../../domain/distribution.ts';
import type { TrainReport, TrialFailure } from '../../domain/ports.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { model } from './index.ts';

const SPAM = ['win a free prize now', 'free cash prize', 'win cash now', 'call now to win free cash'];
const HAM = [
  'see you at lunch',
  'running late, see you',
  'lunch at noon?',
  'call me after lunch',
  'ok see you',
];

/** Spam is rare: one in eleven. */
const documents = Array.from({ length: 220 }, (_, i) => {
  const spam = i % 11 === 0;
  const texts = spam ? SPAM : HAM;
  return { text: `${texts[i % texts.length]} ${i % 7}`, labels: [spam ? 'spam' : 'ham'] };
});
const data = { train: handleOf(documents), valid: handleOf(documents.slice(0, 60)) };

async function failureOf(params: Params, of = data, settings = {}): Promise<TrialFailure> {
  try {
    await model.train(params, of, makeContext({ settings }));
  } catch (error) {
    return error as TrialFailure;
  }
  throw new Error('it trained');
}

t.test('every parameter can be left out, set alone, and is checked', async (t) => {
  const trained = await model.train({}, data, makeContext());
  t.ok(trained.metrics['f1']! > 0.9);
  await model.train({ charNgrams: true, wordNgrams: 0 }, data, makeContext());
  for (const params of [
    { C: 0 },
    { C: Number.NaN },
    { wordNgrams: 0 },
    { wordNgrams: 1.5 },
    { minDf: 0 },
    { charShare: 2, charNgrams: true },
    { balance: -1 },
    { lr: 0.5 },
  ] as Params[]) {
    t.match((await failureOf(params)).failure, { kind: 'bad-config' }, JSON.stringify(params));
  }
  t.match((await failureOf({}, data, { passes: 0 })).failure, { kind: 'bad-config' });
});

t.test('one label, or no n-gram frequent enough, is a failure that says so', async (t) => {
  const ham = documents.filter(({ labels }) => labels[0] === 'ham');
  t.match((await failureOf({}, { ...data, train: handleOf(ham) })).failure, {
    kind: 'bad-data',
    message: /one label only, "ham"/,
  });
  t.match((await failureOf({ minDf: 1000 })).failure, { kind: 'bad-data', message: /minDf = 1000/ });
  t.match((await failureOf({}, { ...data, valid: handleOf([]) })).failure, { kind: 'bad-data' });
});

t.test('balance finds more of the rare label', async (t) => {
  const context = makeContext({
    objective: { metric: 'recall', direction: 'maximize', average: 'binary', positiveLabel: 'spam' },
  });
  const recall = async (balance: number): Promise<number> =>
    (await model.train({ C: 0.05, balance }, data, context)).metrics['recall']!;
  t.ok((await recall(1)) > (await recall(0)));
});

t.test('a schedule of other length reports at the same rungs', async (t) => {
  for (const passes of [1, 7, 40]) {
    const reports: TrainReport[] = [];
    const context = makeContext({ settings: { passes }, report: (report) => reports.push(report) });
    const { details } = await model.train({ C: 1e4 }, data, context);
    t.ok((details['passes'] as number) === passes || details['converged']);
    for (const [i, { step, progress }] of reports.entries()) {
      t.equal(step, Math.round(10 * progress!));
      t.ok(step > (reports[i - 1]?.step ?? 0));
    }
    t.equal(reports.at(-1)!.progress, 1);
  }
});

t.test('memory grows with documents, labels and n-grams', async (t) => {
  const context = { nDocuments: 10_000, nLabels: 10, multiLabel: false };
  const [plain, chars] = model.defaults(context);
  const base = model.predictMemory(plain!, context)!;
  t.ok(base < model.predictMemory(chars!, context)!);
  t.ok(base < model.predictMemory(plain!, { ...context, nLabels: 500 })!);
});

t.test('a damaged or foreign model folder is refused with a reason', async (t) => {
  const dir = t.testdir();
  const trained = await model.train({}, data, makeContext());
  const saved = await trained.save(dir);
  const path = join(dir, saved.path);
  const bytes = readFileSync(path);
  t.equal(bytes.length, trained.metrics['modelBytes']);
  await model.loadPredictor(dir);
  truncateSync(path, bytes.length - 4);
  await t.rejects(model.loadPredictor(dir), { message: /linear\.bin is damaged/ });
  writeFileSync(path, 'HPO?');
  await t.rejects(model.loadPredictor(dir), { message: /linear\.bin is damaged/ });
  await t.rejects(model.loadPredictor(t.testdir({ 'model.json': '{"model":"linear"}' })), {
    message: /does not describe a linear model/,
  });
});
