/**
 * What a 50-trial search reaches on real data: for each data set and study seed, `hpo optimize`, `hpo best --export`
 * and `hpo predict` on the test file, as a user would run them; F1 of the predictions beside published baselines.
 *
 *   npm run bench:quality -- --data DIR [--model fasttext] [--sets sms_spam,trec6] [--seeds 1,2,3] [--n-trials 50] [--jobs 2]
 *                            [--out FILE] [-f json]
 *
 * DIR holds one folder a data set with train.txt, valid.txt and test.txt in fastText format, and may hold
 * baselines_open.json. Finished rows are kept in --out (JSON lines), so an interrupted run goes on where it was.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchCase, printBench } from './report.ts';

/** Test F1 to reach, by model; micro where a document may have several labels. */
const FLOORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  fasttext: {
    sms_spam: 0.975,
    trec6: 0.88,
    rusentitweet: 0.57,
    rumedtop3: 0.31,
    banking77: 0.885,
    ag_news_small: 0.855,
    cooking: 0.43,
    goemotions: 0.52,
  },
  linear: {
    sms_spam: 0.98,
    trec6: 0.88,
    rusentitweet: 0.6,
    rumedtop3: 0.36,
    banking77: 0.91,
    ag_news_small: 0.88,
  },
  // From scratch, 20 trials: --n-trials 20 --seeds 42.
  lstm: { sms_spam: 0.95, trec6: 0.87, rusentitweet: 0.53, rumedtop3: 0.38 },
};
/** Scored by micro-F1, which is accuracy where each document has one label. */
const MICRO: Readonly<Record<string, readonly string[]>> = { lstm: ['rumedtop3'] };
const SEVERAL_LABELS = ['cooking', 'goemotions'];

interface Row {
  readonly model: string;
  readonly set: string;
  readonly seed: number;
  readonly searchSeconds: number;
  readonly validation: number;
  readonly macroF1: number;
  readonly microF1: number;
  readonly states: Record<string, number>;
  readonly params: Record<string, unknown>;
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    model: { type: 'string', default: 'fasttext' },
    sets: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    'n-trials': { type: 'string', default: '50' },
    jobs: { type: 'string', default: '2' },
    metric: { type: 'string', default: 'f1' },
    out: { type: 'string', default: join(tmpdir(), 'hpo-quality.jsonl') },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

const floors = FLOORS[args.model] ?? {};
const sets = (args.sets ?? Object.keys(floors).join(',')).split(',');
const averageOf = (set: string): 'macro' | 'micro' =>
  [...SEVERAL_LABELS, ...(MICRO[args.model] ?? [])].includes(set) ? 'micro' : 'macro';

const hpo = (work: string, ...argv: string[]): string =>
  execFileSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...argv], {
    cwd: work,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });

function labelsOf(line: string): string[] {
  return line
    .split(' ')
    .filter((word) => word.startsWith('__label__'))
    .map((word) => word.slice(9));
}

/** F1 of the predictions, straight from the definition (kept apart from the code under test). */
function scoreF1(
  gold: readonly string[][],
  predicted: readonly string[][],
  trainLabels: ReadonlySet<string>,
): { macro: number; micro: number } {
  const counts = new Map<string, { tp: number; fp: number; fn: number }>();
  const count = (label: string): { tp: number; fp: number; fn: number } => {
    if (!counts.has(label)) counts.set(label, { tp: 0, fp: 0, fn: 0 });
    return counts.get(label)!;
  };
  gold.forEach((wanted, i) => {
    const got = new Set(predicted[i]);
    for (const label of wanted) {
      if (got.has(label)) count(label).tp++;
      else count(label).fn++;
    }
    for (const label of got) if (!wanted.includes(label)) count(label).fp++;
  });
  const f1 = ({ tp, fp, fn }: { tp: number; fp: number; fn: number }): number =>
    tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn);
  const supported = [...counts]
    .filter(([label, { tp, fn }]) => tp + fn > 0 && trainLabels.has(label))
    .map(([, c]) => f1(c));
  const total = [...counts.values()].reduce(
    (a, b) => ({ tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn }),
    { tp: 0, fp: 0, fn: 0 },
  );
  return { macro: supported.reduce((a, b) => a + b, 0) / supported.length, micro: f1(total) };
}

function search(set: string, seed: number): Row {
  const work = mkdtempSync(join(tmpdir(), `hpo-quality-${set}-`));
  const file = (part: string): string => resolve(args.data, set, `${part}.txt`);
  try {
    const started = performance.now();
    hpo(
      work,
      'optimize',
      '--model',
      args.model,
      '--n-trials',
      args['n-trials'],
      '--jobs',
      args.jobs,
      '--seed',
      String(seed),
      '--metric',
      args.metric,
      '--average',
      averageOf(set),
      '--train',
      file('train'),
      '--valid',
      file('valid'),
      '--study',
      set,
      '-q',
    );
    const searchSeconds = (performance.now() - started) / 1000;
    const best = JSON.parse(hpo(work, 'best', '--study', set, '--export', 'model', '-f', 'json'));
    const [study] = JSON.parse(hpo(work, 'studies', '-f', 'json'));
    hpo(
      work,
      'predict',
      '--model',
      'model',
      '--input',
      file('test'),
      '--output',
      'predicted.txt',
      '--format',
      'fasttext',
      '-q',
    );
    const lines = (path: string): string[] =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
    const score = scoreF1(
      lines(file('test')).map(labelsOf),
      lines(join(work, 'predicted.txt')).map(labelsOf),
      new Set(lines(file('train')).flatMap(labelsOf)),
    );
    return {
      model: args.model,
      set,
      seed,
      searchSeconds,
      validation: best.values[0],
      macroF1: score.macro,
      microF1: score.micro,
      states: study.states,
      params: best.params,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const done: Row[] = existsSync(args.out)
  ? readFileSync(args.out, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
const baselinesFile = join(args.data, 'baselines_open.json');
const baselines = existsSync(baselinesFile) ? JSON.parse(readFileSync(baselinesFile, 'utf8')) : {};
const seeds = args.seeds.split(',').map(Number);
const cases: BenchCase[] = [];
for (const seed of seeds) {
  for (const set of sets) {
    if (done.some((row) => row.model === args.model && row.set === set && row.seed === seed)) continue;
    const row = search(set, seed);
    appendFileSync(args.out, `${JSON.stringify(row)}\n`);
    done.push(row);
    console.error(
      `${set} seed ${seed}: ${row.searchSeconds.toFixed(1)} s, test macro-F1 ${row.macroF1.toFixed(4)}, micro-F1 ${row.microF1.toFixed(4)}, ${JSON.stringify(row.states)} ${JSON.stringify(row.params)}`,
    );
  }
}
for (const set of sets) {
  const rows = done.filter((row) => row.model === args.model && row.set === set && seeds.includes(row.seed));
  const average = averageOf(set);
  const floor = floors[set];
  const ours = mean(rows.map((row) => (average === 'macro' ? row.macroF1 : row.microF1)));
  const runs = Object.values(baselines[set]?.runs ?? {}) as Record<string, number>[];
  const peer = Math.max(...runs.map((run) => run[`${average}_f1`] ?? Number.NEGATIVE_INFINITY));
  cases.push({
    case: `${set}: test ${average}-F1, mean of ${rows.length} seeds (search ${mean(rows.map((row) => row.searchSeconds)).toFixed(1)} s; peer: best published baseline)`,
    ours,
    peer: Number.isFinite(peer) ? peer : null,
    unit: 'F1',
    ratio: Number.isFinite(peer) ? ours / peer : null,
    target: floor === undefined ? 'shown' : `>= ${floor}`,
    ok: floor === undefined ? null : ours >= floor,
  });
}
printBench(cases, process.argv.slice(2));
