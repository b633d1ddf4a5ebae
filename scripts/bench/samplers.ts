/**
 * How good the points are that each sampler suggests: searches on functions with known minima, one trial after another,
 * each sampler with the same study seeds.
 *
 *   npm run bench:samplers -- [--problems MODULE] [--samplers auto,tpe] [--n 25,50,100] [--seeds 20] [--jobs CORES]
 *                             [--out curves.json] [--baselines FILE] [-f json]
 *
 * MODULE (.ts, .mjs, .js; from the folder the command is given in) exports `problems`; see samplers/problem.ts. A sampler may
 * carry options, 'tpe:{"nCandidates":48}', or be the installed Optuna's: `optuna`, `optuna-default`, `optuna-random`.
 * Curves are written as {sampler: {curves: {problem: {seed: {n: best}}}}}. Where a file of Optuna's curves in that form
 * lies at --baselines, medians are held against it: regret is divided by random's and floored at 0.01, below which
 * everything is a tie. Differences from Optuna's TPE are tested by Mann and Whitney, on each problem and over all of them.
 */
import { fork } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printBench } from './report.ts';
import {
  type Curves,
  compareWithPeers,
  printComparisons,
  printMedians,
  withBest,
} from './samplers/compare.ts';
import { verifyProblems } from './samplers/problem.ts';
import { type Curve, loadProblems, readJson, type SearchTask } from './samplers/search.ts';

const here = dirname(fileURLToPath(import.meta.url));
const { values: args } = parseArgs({
  options: {
    problems: { type: 'string', default: join(here, 'samplers', 'problems.ts') },
    samplers: { type: 'string', default: 'random,tpe' },
    n: { type: 'string', default: '25,50,100' },
    seeds: { type: 'string', default: '20' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    out: { type: 'string' },
    baselines: {
      type: 'string',
      default: join(here, '..', '..', '..', 'shared', 'golden', 'samplers', 'baselines.json'),
    },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

// npm runs a script in the package's folder, whichever the command was given in.
const from = process.env['npm_lifecycle_event'] ? (process.env['INIT_CWD'] ?? '.') : '.';
const modulePath = resolve(from, args.problems);
const out = args.out === undefined ? null : resolve(from, args.out);
const problems = (await loadProblems(modulePath)).filter(
  ({ name }) => !args.only || args.only.split(',').includes(name),
);
await verifyProblems(problems);
// A comma inside options (in braces) does not end a sampler.
const samplers = args.samplers.split(/,(?![^{]*\})/);
const at = args.n.split(',').map(Number);
const seeds = Array.from({ length: Number(args.seeds) }, (_, seed) => seed);
// Seed by seed, so that a run that is cut short has something of everything.
const tasks: SearchTask[] = seeds.flatMap((seed) =>
  problems.flatMap((problem) => samplers.map((sampler) => ({ sampler, problem: problem.name, seed }))),
);

const curves: Curves = {};
const spent: Record<string, number> = {};
await Promise.all(Array.from({ length: Math.min(Number(args.jobs), tasks.length) }, () => work(tasks)));
const peers: Curves = existsSync(args.baselines)
  ? readJson<{ samplers: Curves }>(args.baselines).samplers
  : {};
const judged = withBest(problems, curves, peers);
if (args.format !== 'json') {
  printMedians(curves, peers, judged, at, spent);
  printComparisons(curves, peers, judged, at);
}
printBench(compareWithPeers(curves, peers, judged, at), process.argv.slice(2));

/** One child process that takes tasks until none is left. */
function work(queue: SearchTask[]): Promise<void> {
  const child = fork(join(here, 'samplers', 'worker.ts'), [modulePath, args.n], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve, reject) => {
    child.on('message', (message: { task?: SearchTask; curve: Curve; ms: number }) => {
      if (message.task) record(message.task, message.curve, message.ms);
      const next = queue.shift();
      if (next) child.send(next);
      else child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}

function record({ sampler, problem, seed }: SearchTask, curve: Curve, ms: number): void {
  curves[sampler] ??= { curves: {} };
  curves[sampler].curves[problem] ??= {};
  curves[sampler].curves[problem][seed] = curve;
  spent[sampler] = (spent[sampler] ?? 0) + ms / (problems.length * seeds.length);
  if (out) writeFileSync(out, `${JSON.stringify(curves)}\n`);
}
