import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeData, readDataset } from '../../src/datasets/index.ts';
import type { Dataset } from '../../src/domain/dataset.ts';
import type { Params } from '../../src/domain/distribution.ts';
import type { Objective } from '../../src/domain/objective.ts';
import { evaluate } from '../../src/metrics/index.ts';
import { model } from '../../src/models/linear/index.ts';
import { handleOf, makeContext } from '../../src/testing/training-fixtures.ts';
import { normalise } from '../../src/text/normalise.ts';
import { type BenchCase, median, printBench } from './report.ts';

/**
 * The linear model on real sets: test F1 of its defaults against published TF-IDF baselines, and the time of a training
 * (features, optimum, validation) against scikit-learn's TfidfVectorizer and LogisticRegression on the same features.
 */
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SETS = [
  'sms_spam',
  'trec6',
  'banking77',
  'rusentitweet',
  'ag_news_small',
  'rumedtop3',
  'goemotions',
  'cooking',
];
/** Test macro-F1 to reach; the known-good configurations do it without a search. */
const FLOORS: Readonly<Record<string, number>> = {
  sms_spam: 0.98,
  trec6: 0.88,
  rusentitweet: 0.6,
  rumedtop3: 0.36,
  banking77: 0.91,
  ag_news_small: 0.88,
};

const { values: args } = parseArgs({
  strict: false,
  options: {
    data: { type: 'string', default: join(ROOT, '..', 'shared', 'data') },
    sets: { type: 'string', default: SETS.join(',') },
    python: { type: 'string', default: '/usr/bin/python3' },
    repeats: { type: 'string', default: '3' },
    format: { type: 'string', short: 'f', default: 'table' },
  },
}) as { values: Record<'data' | 'sets' | 'python' | 'repeats', string> };

interface Sets {
  readonly train: Dataset;
  readonly valid: Dataset;
  readonly test: Dataset;
}

async function read(set: string, part: string): Promise<Dataset> {
  const { dataset } = await readDataset(await describeData(join(args.data, set, `${part}.txt`), {}));
  return dataset;
}

interface Run {
  readonly seconds: number;
  readonly valid: number;
  readonly f1: number;
  readonly bytes: number;
}

async function run({ train, valid, test }: Sets, params: Params): Promise<Run> {
  const average = train.multiLabel ? 'micro' : 'macro';
  const objective: Objective = { metric: 'f1', direction: 'maximize', average, positiveLabel: null };
  const data = { train: handleOf(train.documents), valid: handleOf(valid.documents) };
  const startedAt = performance.now();
  const trained = await model.train(params, data, makeContext({ objective }));
  const seconds = (performance.now() - startedAt) / 1000;
  const dir = mkdtempSync(join(tmpdir(), 'hpo-bench-linear-'));
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
    return {
      seconds,
      valid: trained.metrics['f1']!,
      f1: metrics['f1']!,
      bytes: trained.metrics['modelBytes']!,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const PEER = `
import json, sys, time
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
data = json.load(open(sys.argv[1]))
start = time.perf_counter()
vectors = TfidfVectorizer(token_pattern=r'\\S+', lowercase=False, ngram_range=(1, 2), sublinear_tf=True).fit_transform(data['texts'])
LogisticRegression(C=10, max_iter=1000).fit(vectors, data['labels'])
print(time.perf_counter() - start)
`;

/** Seconds of scikit-learn's training on the features of the plain defaults, or null where it is not installed. */
function timePeer({ train }: Sets): number | null {
  if (train.multiLabel) return null;
  const dir = mkdtempSync(join(tmpdir(), 'hpo-bench-linear-'));
  try {
    execFileSync(args.python, ['-c', 'import sklearn'], { stdio: 'ignore' });
    const texts = train.documents.map(({ text }) => normalise(text, 'lp'));
    const labels = train.documents.map((document) => document.labels[0]);
    writeFileSync(join(dir, 'data.json'), JSON.stringify({ texts, labels }));
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const argv = ['-W', 'ignore', '-c', PEER, join(dir, 'data.json')];
    return Number(execFileSync(args.python, argv, { encoding: 'utf8', env }));
  } catch {
    return null;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const file = join(args.data, 'baselines_open.json');
const baselines = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const cases: BenchCase[] = [];
for (const set of args.sets.split(',')) {
  const sets = {
    train: await read(set, 'train'),
    valid: await read(set, 'valid'),
    test: await read(set, 'test'),
  };
  const { multiLabel } = sets.train;
  const average = multiLabel ? 'micro' : 'macro';
  const context = { nLabels: sets.train.labels.length, nDocuments: sets.train.documents.length, multiLabel };
  const published = Object.entries(baselines[set]?.runs ?? {}) as [string, Record<string, number>][];
  const peers = published
    .filter(([name]) => name.startsWith('tfidf'))
    .map(([, row]) => row[`${average}_f1`]!);
  const peer = peers.length === 0 ? null : Math.max(...peers);
  const runs: Run[] = [];
  for (const params of model.defaults(context)) runs.push(await run(sets, params));
  for (const [i, { f1, seconds, bytes }] of runs.entries()) {
    const facts = `default ${i}, ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(1)} MB`;
    cases.push(scoreCase(`${set}: test ${average}-F1 (${facts})`, f1, peer, null));
  }
  const best = runs.reduce((a, b) => (b.valid > a.valid ? b : a));
  cases.push(
    scoreCase(
      `${set}: test ${average}-F1 of the default that is best on validation`,
      best.f1,
      peer,
      FLOORS[set] ?? peer,
    ),
  );
  const theirs = timePeer(sets);
  const plain = model.defaults(context)[0]!;
  const times: number[] = [];
  for (let i = 0; i < Number(args.repeats); i++) times.push((await run(sets, plain)).seconds);
  const ours = median(times);
  cases.push({
    case: `${set}: a training on words and word pairs, C=10, against scikit-learn`,
    ours,
    peer: theirs,
    unit: 's',
    ratio: theirs === null ? null : ours / theirs,
    target: '<= 1',
    ok: theirs === null ? null : ours <= theirs,
  });
}
printBench(cases, process.argv.slice(2));

/** @param floor null: only shown */
function scoreCase(name: string, ours: number, peer: number | null, floor: number | null): BenchCase {
  return {
    case: name,
    ours,
    peer,
    unit: 'F1',
    ratio: peer === null ? null : ours / peer,
    target: floor === null ? 'only shown' : `>= ${floor}`,
    ok: floor === null ? null : ours >= floor,
  };
}
