import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Document } from '../domain/dataset.ts';
import type { Params } from '../domain/distribution.ts';
import { splitModelNames } from '../domain/joint-models.ts';
import {
  type Model,
  type Predictor,
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
  type TrainReport,
  TrialFailure,
} from '../domain/ports.ts';
import { createRng } from '../domain/random.ts';
import { parseStatistics } from '../domain/score-statistics.ts';
import { findParamFaults, findSpaceFaults } from '../domain/search-space.ts';
import { evaluate } from '../metrics/index.ts';
import { handleOf, makeContext } from './training-fixtures.ts';

const TOPICS: Readonly<Record<string, string>> = {
  доставка: 'Курьер опоздал на час посылка ждать адрес',
  оплата: 'Карта списали деньги дважды чек банк',
  'thank you': 'Great service, thank you! love it fast',
};
const FILLER = 'и я не вы the is a Очень please, когда? !!'.split(' ');
const OWN_RULE = { k: null, threshold: null };

/** What every model promises: src/domain/ports.ts in words, here as tests. */
export function modelContract(t: Test, name: string, load: () => Promise<Model>): void {
  t.test('the search space holds and its first configurations are points of it', async (t) => {
    const model = await load();
    t.equal(model.name, name);
    for (const nLabels of [2, 6, 105, 731]) {
      for (const multiLabel of [false, true]) {
        const context = { nLabels, nDocuments: 50 * nLabels, multiLabel };
        const space = model.space(context);
        t.same(findSpaceFaults(space), []);
        const defaults = model.defaults(context);
        t.ok(defaults.length > 0, 'at least the own defaults');
        t.same(
          defaults.flatMap((params) => findParamFaults(space, params)),
          [],
        );
        const few = model.predictMemory(defaults[0]!, context);
        const many = model.predictMemory(defaults[0]!, { ...context, nDocuments: 1e7 });
        if (few !== null) t.ok(few > 0 && few < many! && Number.isFinite(many), 'memory grows with the data');
      }
    }
  });

  for (const multiLabel of [false, true]) {
    const data = makeData(multiLabel);
    const kind = multiLabel ? 'several labels' : 'one label';
    t.test(
      `${kind} a document: reports rise to the end and what was learnt is better than chance`,
      async (t) => {
        const reports: TrainReport[] = [];
        const { metrics, details } = await trainOn(await load(), data, {
          report: (one) => reports.push(one),
        });
        t.same([reports.at(-1)!.progress, reports.at(-1)!.step], [1, 10]);
        for (const [i, { step, progress, metrics }] of reports.entries()) {
          t.equal(step, Math.round(10 * progress!));
          t.ok(i === 0 || step > reports[i - 1]!.step, 'one report a rung');
          for (const metric of ['f1', 'f0.5', 'precision', 'recall'])
            t.type(metrics[metric], 'number', metric);
        }
        t.ok(metrics['f1']! > 0.6, `f1 ${metrics['f1']}`);
        t.ok(Number.isInteger(metrics['modelBytes']), 'the size of the model is a metric');
        t.equal(typeof details['threshold'], multiLabel ? 'number' : 'object');
        const { documents, low, high, standardError } = parseStatistics(details['statistics']!)!;
        const value = metrics[makeContext().objective.metric]!;
        t.equal(documents, 100);
        t.ok(low! <= value && value <= high!, 'how sure that is');
        t.ok(high === low || standardError! > 0);
      },
    );

    t.test(`${kind} a document: the loaded model predicts as the trained one was measured`, async (t) => {
      const model = await load();
      const trained = await trainOn(model, data);
      const dir = t.testdir();
      const saved = await trained.save(dir);
      t.ok(readFileSync(join(dir, saved.path)).length > 0);
      const card = JSON.parse(readFileSync(join(dir, 'model.json'), 'utf8'));
      t.equal(card.multiLabel, multiLabel);
      // Of several models searched together the one that was trained.
      t.ok(splitModelNames(name).includes(card.model), card.model);
      const predictor = await model.loadPredictor(dir);
      const { documents } = await data.valid.read();
      const answers = await predictor.predict(textsOf(documents), OWN_RULE);
      const number = (label: string): number => predictor.labels.indexOf(label);
      const measured = evaluate(
        documents.map(({ labels }) => labels.map(number)),
        answers.map((answer) => answer.map(({ label }) => number(label))),
        { labels: predictor.labels, objective: makeContext().objective, multiLabel },
      );
      for (const metric of Object.keys(measured)) t.equal(measured[metric], trained.metrics[metric], metric);
      predictor.dispose();
      trained.dispose();
    });
  }

  t.test('predictions are ordered, bounded, and the same alone or together', async (t) => {
    const predictor = await trainAndLoad(t, await load(), makeData(false));
    const texts = ['Курьер опоздал', 'thank you', '', '🤷', '\u0000\ud800', 'я '.repeat(50_000)];
    const all = await predictor.predict(texts, { k: 3, threshold: null });
    for (const [i, text] of texts.entries()) {
      t.same((await predictor.predict([text], { k: 3, threshold: null }))[0], all[i]);
      const probabilities = all[i]!.map(({ probability }) => probability);
      t.ok(probabilities.every((p) => p >= 0 && p <= 1));
      t.same(
        probabilities,
        probabilities.toSorted((a, b) => b - a),
      );
    }
    const [top] = await predictor.predict([texts[0]!], OWN_RULE);
    t.same(top, all[0]!.slice(0, 1), 'one label a document: the top one');
    const [sure] = await predictor.predict([texts[0]!], { k: null, threshold: all[0]![1]!.probability });
    t.same(sure, all[0]!.slice(0, 2), 'a threshold takes all that reach it');
    t.same(await predictor.predict([], OWN_RULE), []);
  });

  t.test('the same seed gives the same model', async (t) => {
    const model = await load();
    const texts = textsOf((await makeData(false).valid.read()).documents);
    const answers = [];
    for (let i = 0; i < 2; i++) {
      const predictor = await trainAndLoad(t, model, makeData(false));
      answers.push(await predictor.predict(texts, { k: 3, threshold: null }));
    }
    t.same(answers[0], answers[1]);
  });

  t.test('a gold label that training never saw is a miss', async (t) => {
    const { train, valid } = makeData(false);
    const documents = (await valid.read()).documents.map(({ text }, i) => ({
      text,
      labels: i === 0 ? ['new'] : ['оплата'],
    }));
    const { metrics } = await trainOn(await load(), { train, valid: handleOf(documents) });
    t.ok(metrics['weightedRecall']! < 1);
  });

  t.test('a training that is told to stop throws the reason', async (t) => {
    const model = await load();
    const reason = new Error('enough');
    const during = new AbortController();
    const abort = { report: () => during.abort(reason), signal: during.signal };
    await t.rejects(trainOn(model, makeData(false), abort), reason, 'at the first report');
    await t.rejects(
      trainOn(model, makeData(false), { signal: AbortSignal.abort(reason) }),
      reason,
      'before it began',
    );
  });

  t.test('data that cannot be learnt from fails as such', async (t) => {
    const model = await load();
    const { train, valid } = makeData(false);
    const unlabelled = (await train.read()).documents.map(({ text }) => ({ text, labels: [] }));
    for (const [what, documents] of Object.entries({ nothing: [], unlabelled })) {
      await fails(t, trainOn(model, { train: handleOf(documents), valid }), 'bad-data', what);
    }
  });

  t.test('a parameter or setting that makes no sense fails as such', async (t) => {
    const model = await load();
    const params = { ...model.defaults(CONTEXT)[0]!, normalise: 'upside-down' };
    await fails(t, model.train(params, makeData(false), makeContext()), 'bad-config', 'normalise');
  });
}

const CONTEXT = { nLabels: 3, nDocuments: 240, multiLabel: false };

async function fails(t: Test, training: Promise<unknown>, kind: string, what: string): Promise<void> {
  const error = await training.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  t.ok(error instanceof TrialFailure, `${what}: ${error}`);
  t.equal((error as TrialFailure).failure?.kind, kind, what);
}

async function trainOn(
  model: Model,
  data: TrainingData,
  overrides: Partial<TrainingContext> = {},
): Promise<TrainedModel> {
  const { multiLabel } = await data.train.read();
  const params: Params = { ...model.defaults({ ...CONTEXT, multiLabel })[0] };
  return model.train(params, data, makeContext(overrides));
}

async function trainAndLoad(t: Test, model: Model, data: TrainingData): Promise<Predictor> {
  const dir = t.testdir();
  const trained = await trainOn(model, data);
  await trained.save(dir);
  trained.dispose();
  const predictor = await model.loadPredictor(dir);
  t.teardown(() => predictor.dispose());
  return predictor;
}

function makeData(multiLabel: boolean): TrainingData {
  return {
    train: handleOf(makeDocuments(400, 1, multiLabel)),
    valid: handleOf(makeDocuments(100, 2, multiLabel)),
  };
}

/** Eight words each, about half of them telling of the document's topics. */
function makeDocuments(n: number, seed: number, multiLabel: boolean): Document[] {
  const rng = createRng(seed, n, 'documents');
  const names = Object.keys(TOPICS);
  return Array.from({ length: n }, () => {
    const several = names.filter(() => rng.uniform() < 0.4);
    const labels = multiLabel && several.length > 0 ? several : [names[rng.integer(names.length)]!];
    const words = labels.flatMap((label) => TOPICS[label]!.split(' '));
    const text = Array.from({ length: 8 }, () =>
      rng.uniform() < 0.6 ? words[rng.integer(words.length)]! : FILLER[rng.integer(FILLER.length)]!,
    );
    return { text: text.join(' '), labels };
  });
}

const textsOf = (documents: readonly Document[]): string[] => documents.map(({ text }) => text);
