/**
 * Samplers on a real surface: searches over a model's real space on real data, every training a real one, the same
 * study seeds for each sampler, nothing pruned. Compared is the macro-F0.5 on the test set of the trial that was best on
 * the validation set, over seeds: mean difference with a 95 % interval (paired bootstrap over seeds) and Wilcoxon's
 * signed-rank test.
 *
 *   npm run bench:surface -- [--data DIR] [--sets sms_spam,trec6,rumedtop3] [--samplers random,tpe,auto] [--seeds 10]
 *                            [--n-trials 50] [--model fasttext] [--cap dim=32,epoch=15] [--jobs 2] [--out FILE] [--report]
 *
 * Trainings are kept in --out (JSON lines: params, value, test value, seconds, value by rung), so that an interrupted
 * run goes on where it was, and `npm run bench:pruners` can replay them. `--cap` lowers upper bounds of the space, to make
 * trainings cheap; `--report` trains nothing.
 */
import { fork } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printBench } from './report.ts';
import { compareSamplers } from './surface/compare.ts';
import { readRows, rowsOf } from './surface/rows.ts';
import type { SearchTask, TrialRow } from './surface/search.ts';

const here = dirname(fileURLToPath(import.meta.url));
const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join(here, '..', '..', '..', 'shared', 'data') },
    sets: { type: 'string', default: 'sms_spam,trec6,rumedtop3' },
    samplers: { type: 'string', default: 'random,tpe,auto' },
    seeds: { type: 'string', default: '10' },
    'n-trials': { type: 'string', default: '50' },
    model: { type: 'string', default: 'fasttext' },
    cap: { type: 'string', default: 'dim=32,epoch=15,bucket=131072' },
    jobs: { type: 'string', default: '2' },
    out: { type: 'string', default: join(tmpdir(), 'hpo-surface.jsonl') },
    report: { type: 'boolean', default: false },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

const nTrials = Number(args['n-trials']);
const caps = Object.fromEntries(
  args.cap
    .split(',')
    .filter(Boolean)
    .map((pair) => [pair.split('=')[0]!, Number(pair.split('=')[1])]),
);
const samplers = args.samplers.split(',');
// Seed by seed, so that whatever is there when a run is interrupted can be compared.
const tasks: SearchTask[] = Array.from({ length: Number(args.seeds) }, (_, seed) => seed).flatMap((seed) =>
  args.sets
    .split(',')
    .flatMap((set) => samplers.map((sampler) => ({ model: args.model, set, sampler, seed }))),
);
const rows = readRows(args.out);
if (!args.report) await runAll(tasks.filter((task) => rowsOf(rows, task).length < nTrials));
console.error(`upper bounds that were lowered: ${args.cap || 'none'}; trainings: ${args.out}`);
const searches = tasks
  .map((task) => rowsOf(rows, task).slice(0, nTrials))
  .filter((search) => search.length === nTrials);
printBench(compareSamplers(searches, samplers), process.argv.slice(2));

async function runAll(queue: SearchTask[]): Promise<void> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'hpo-surface-'));
  try {
    await Promise.all(
      Array.from({ length: Math.min(Number(args.jobs), queue.length) }, () => work(queue, cacheDir)),
    );
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

/** One child process that takes searches until none is left. */
function work(queue: SearchTask[], cacheDir: string): Promise<void> {
  const argv = [args.data, cacheDir, String(nTrials), JSON.stringify(caps)];
  const child = fork(join(here, 'surface', 'worker.ts'), argv, { execArgv: ['--import', 'tsx'] });
  setPriority(child.pid!, 19);
  return new Promise((resolve, reject) => {
    child.on('message', (message: { row: TrialRow } | { isIdle: true }) => {
      if ('row' in message) keep(message.row);
      else {
        const task = queue.shift();
        if (task) child.send({ task, done: rowsOf(rows, task) });
        else child.disconnect();
      }
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}

function keep(row: TrialRow): void {
  rows.push(row);
  appendFileSync(args.out, `${JSON.stringify(row)}\n`);
  if (row.number === nTrials - 1)
    console.error(`${row.model} ${row.set} ${row.sampler} seed ${row.seed}: done`);
}
