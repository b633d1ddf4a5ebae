/**
 * What a suggestion costs as the history grows: CPU milliseconds of one ask and tell with 10 parameters, for each
 * sampler, beside Optuna's TPE in the same run (python3 with optuna; another interpreter with --python).
 *
 *   npm run bench:ask -- [--samplers random,tpe] [--trials 100,1000,5000] [--python /usr/bin/python3] [-f json]
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/domain/random.ts';
import type { SearchSpace } from '../../src/domain/search-space.ts';
import type { FrozenTrial } from '../../src/domain/trial.ts';
import { createSampler, SAMPLERS } from '../../src/samplers/index.ts';
import { makeStudy, makeTrial } from '../../src/testing/trial-fixtures.ts';
import { type BenchCase, median, printBench } from './report.ts';

const { values: args } = parseArgs({
  options: {
    samplers: { type: 'string', default: Object.keys(SAMPLERS).join(',') },
    trials: { type: 'string', default: '100,1000,5000' },
    python: { type: 'string', default: '/usr/bin/python3' },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

/** Ten parameters of every kind, as a fastText search has them. */
const space: SearchSpace = {
  lr: { type: 'float', low: 0.05, high: 2, log: true },
  dim: { type: 'int', low: 10, high: 300, log: true },
  epoch: { type: 'int', low: 3, high: 100, log: true },
  wordNgrams: { type: 'int', low: 1, high: 5 },
  minCount: { type: 'int', low: 1, high: 5 },
  bucket: { type: 'float', low: 16, high: 21 },
  oversample: { type: 'float', low: 0, high: 1 },
  dropout: { type: 'float', low: 0, high: 0.5, step: 0.05 },
  loss: { type: 'categorical', choices: ['softmax', 'ova', 'hs'] },
  normalise: { type: 'categorical', choices: ['raw', 'lower', 'lp', 'lp+mask'] },
};
const study = makeStudy(space);

/** Random points scored by a smooth function, so that good trials lie together. */
async function makeHistory(n: number): Promise<FrozenTrial[]> {
  const random = createSampler({ name: 'random', options: {} });
  const history: FrozenTrial[] = [];
  for (let i = 0; i < n; i++) {
    const params = await random.sample(study, [], createRng(1, i));
    history.push(makeTrial(i, scoreOf(params), { params, space }));
  }
  return history;
}

function scoreOf(params: FrozenTrial['params']): number {
  const { lr, oversample, loss } = params as { lr: number; oversample: number; loss: string };
  return Math.log(lr) ** 2 + (oversample - 0.5) ** 2 + (loss === 'ova' ? 0 : 0.2);
}

/** Asks that are not counted: the study's trials are new to the process, and the code is not compiled yet. */
const WARM_UP = 20;

/** Median CPU of asking and adding the trial, with as many trials as `history` has in the middle of what is measured. */
async function measureOurs(sampler: string, history: FrozenTrial[], repeats: number): Promise<number> {
  const trials = history.slice(0, Math.max(history.length - WARM_UP - (repeats >> 1), 0));
  const { sample } = createSampler({ name: sampler, options: {} });
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + repeats; i++) {
    const before = process.cpuUsage();
    const params = await sample(study, trials, createRng(1, trials.length));
    trials.push(makeTrial(trials.length, scoreOf(params), { params, space }));
    const { user, system } = process.cpuUsage(before);
    if (i >= WARM_UP) times.push((user + system) / 1000);
  }
  return median(times);
}

const OPTUNA = `
import json, statistics, sys, time, warnings
warnings.simplefilter('ignore')
import math, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
from optuna.distributions import FloatDistribution as F, IntDistribution as I, CategoricalDistribution as C
space = {'lr': F(0.05, 2, log=True), 'dim': I(10, 300, log=True), 'epoch': I(3, 100, log=True), 'wordNgrams': I(1, 5),
  'minCount': I(1, 5), 'bucket': F(16, 21), 'oversample': F(0, 1), 'dropout': F(0, 0.5, step=0.05),
  'loss': C(['softmax', 'ova', 'hs']), 'normalise': C(['raw', 'lower', 'lp', 'lp+mask'])}
value = lambda p: math.log(p['lr']) ** 2 + (p['oversample'] - 0.5) ** 2 + (0 if p['loss'] == 'ova' else 0.2)
n, repeats = int(sys.argv[1]), int(sys.argv[2])
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
for i in range(n):
  t = study.ask(space); study.tell(t, value(t.params))
study.sampler = optuna.samplers.TPESampler(seed=1, multivariate=True, constant_liar=True)
times = []
for i in range(repeats + 1):
  start = time.process_time(); t = study.ask(space); study.tell(t, value(t.params)); times.append(time.process_time() - start)
print(json.dumps([optuna.__version__, 1000 * statistics.median(times[1:])]))
`;

/** Optuna's version and median, or null where it is not installed. */
function measureOptuna(n: number, repeats: number): [version: string, ms: number] | null {
  try {
    const out = execFileSync(args.python, ['-c', OPTUNA, String(n), String(repeats)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(out);
  } catch {
    return null;
  }
}

const cases: BenchCase[] = [];
for (const n of args.trials.split(',').map(Number)) {
  const history = await makeHistory(n);
  const peer = measureOptuna(n, n > 2000 ? 5 : 15);
  for (const sampler of args.samplers.split(',')) {
    const ours = await measureOurs(sampler, history, n > 2000 ? 11 : 31);
    cases.push(judge(sampler, n, ours, peer));
  }
}
printBench(cases, process.argv.slice(2));

function judge(sampler: string, n: number, ours: number, peer: [string, number] | null): BenchCase {
  const fast = sampler === 'tpe' && n === 1000;
  const quick = sampler === 'gp' && n === 100;
  return {
    case: `${sampler}, ${n} trials${peer ? ` (peer: Optuna ${peer[0]}'s multivariate TPE)` : ''}`,
    ours,
    peer: peer?.[1] ?? null,
    unit: 'CPU ms an ask and tell',
    ratio: peer ? ours / peer[1] : null,
    target: fast ? '<= 0.05' : quick ? '< 100 ms' : 'shown',
    ok: fast ? peer && ours / peer[1] <= 0.05 : quick ? ours < 100 : null,
  };
}
