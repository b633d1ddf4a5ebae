import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { model } from '../../src/models/linear/index.ts';
import { normalise } from '../../src/text/normalise.ts';
import { type BenchCase, median, printBench } from './report.ts';
import { readSets, type Sets, type TrainedRun, trainAndTest } from './train-and-test.ts';

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
  const sets = await readSets(join(args.data, set));
  const { multiLabel } = sets.train;
  const average = multiLabel ? 'micro' : 'macro';
  const context = { nLabels: sets.train.labels.length, nDocuments: sets.train.documents.length, multiLabel };
  const published = Object.entries(baselines[set]?.runs ?? {}) as [string, Record<string, number>][];
  const peers = published
    .filter(([name]) => name.startsWith('tfidf'))
    .map(([, row]) => row[`${average}_f1`]!);
  const peer = peers.length === 0 ? null : Math.max(...peers);
  const runs: TrainedRun[] = [];
  for (const params of model.defaults(context)) runs.push(await trainAndTest(model, sets, params));
  for (const [i, { test, valid, seconds }] of runs.entries()) {
    const facts = `default ${i}, ${seconds.toFixed(1)} s, ${(valid['modelBytes']! / 1e6).toFixed(1)} MB`;
    cases.push(scoreCase(`${set}: test ${average}-F1 (${facts})`, test['f1']!, peer, null));
  }
  const best = runs.reduce((a, b) => (b.valid['f1']! > a.valid['f1']! ? b : a));
  cases.push(
    scoreCase(
      `${set}: test ${average}-F1 of the default that is best on validation`,
      best.test['f1']!,
      peer,
      FLOORS[set] ?? peer,
    ),
  );
  const theirs = timePeer(sets);
  const plain = model.defaults(context)[0]!;
  const times: number[] = [];
  for (let i = 0; i < Number(args.repeats); i++) times.push((await trainAndTest(model, sets, plain)).seconds);
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
