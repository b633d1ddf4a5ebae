/**
 * Pruners on real trainings: learning curves that `npm run bench:surface` recorded are played again in many orders, each
 * run a search of 50 trials, and counted is how often the best configuration is still trained to its end (target: in
 * at least 95 % of the runs) and how much of the time is saved (at least 40 %).
 *
 *   npm run bench:pruners -- [--curves FILE,FILE] [--runs 200] [--n-trials 50] [--pruners all|NAME,…] [-f json]
 *
 * A run begins with the model's own configurations, as a search does; the others are drawn from all recorded searches of
 * the set, so that runs differ in which trials they have and in their order. The default pruner is judged, others shown.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULTS } from '../../src/cli/search/layers.ts';
import { createRng, type Rng } from '../../src/domain/random.ts';
import type { Choice } from '../../src/domain/study.ts';
import { loadModel } from '../../src/models/index.ts';
import { createPruner } from '../../src/pruners/index.ts';
import { makeStudy } from '../../src/testing/trial-fixtures.ts';
import { type Replay, replay } from './pruners/replay.ts';
import { type BenchCase, printBench } from './report.ts';
import { groupRows, keyOf, readRows } from './surface/rows.ts';
import type { TrialRow } from './surface/search.ts';

const { values: args } = parseArgs({
  options: {
    curves: { type: 'string', default: join(tmpdir(), 'hpo-surface.jsonl') },
    runs: { type: 'string', default: '200' },
    'n-trials': { type: 'string', default: '50' },
    pruners: { type: 'string', default: 'all' },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

const [KEPT, SAVED] = [0.95, 0.4];
const median = (options: Choice['options']): Choice => ({ name: 'median', options });
const percentile = (share: number, options: Choice['options'] = {}): Choice => ({
  name: 'percentile',
  options: { percentile: share, ...options },
});
const CANDIDATES: readonly Choice[] = [
  { name: 'rising', options: {} },
  { name: 'rising', options: { share: 0.89 } },
  median({}),
  median({ nStartupTrials: 10 }),
  median({ nWarmupSteps: 2 }),
  median({ nWarmupSteps: 5 }),
  percentile(25),
  percentile(33),
  percentile(40),
  percentile(60),
  percentile(70),
  { name: 'patient', options: { patience: 1 } },
  { name: 'asha', options: {} },
  { name: 'asha', options: { reductionFactor: 2 } },
  { name: 'hyperband', options: {} },
  { name: 'top-k-at-first-rung', options: {} },
  { name: 'top-k-at-first-rung', options: { share: 0.5 } },
];

/** Recorded trainings of one model on one data set. */
interface Pool {
  readonly model: string;
  readonly set: string;
  /** The model's own configurations, by recorded search. */
  readonly firsts: readonly (readonly TrialRow[])[];
  readonly others: readonly TrialRow[];
}

const nTrials = Number(args['n-trials']);
const rows = args.curves.split(',').flatMap((path) => {
  if (!existsSync(path)) throw new Error(`no curves at ${path}: npm run bench:surface -- --out ${path}`);
  return readRows(path);
});
const pools = await Promise.all(groupRows(rows, ({ model, set }) => `${model} ${set}`).map(toPool));
const usable = pools.filter(({ others, firsts }) => others.length + (firsts[0]?.length ?? 0) >= nTrials);
const cases = CANDIDATES.filter(
  ({ name }) => args.pruners === 'all' || args.pruners.split(',').includes(name),
).flatMap((choice) => [1, 4].flatMap((jobs) => measure(choice, jobs)));
printBench(cases, process.argv.slice(2));

async function toPool(own: readonly TrialRow[]): Promise<Pool> {
  const { model, set } = own[0]!;
  const context = { nLabels: 2, nDocuments: 1000, multiLabel: false };
  const nFirst = (await loadModel(model)).defaults(context).length;
  const isFirst = ({ number }: TrialRow): boolean => number < nFirst;
  const searches = groupRows(own.filter(isFirst), keyOf);
  return {
    model,
    set,
    firsts: searches.filter((search) => search.length === nFirst),
    others: own.filter((row) => !isFirst(row)),
  };
}

function measure(choice: Choice, jobs: number): BenchCase[] {
  return [...new Set(usable.map(({ model }) => model))].flatMap((model) => {
    const own = usable.filter((pool) => pool.model === model);
    const results = own.flatMap((pool) => runAll(pool, choice, jobs));
    const kept = mean(results.map(({ hasBest }) => Number(hasBest)));
    const saved = mean(results.map(({ saved: share }) => share));
    const loss = mean(results.map((result) => result.loss));
    const isDefault =
      choice.name === DEFAULTS.pruner.name &&
      JSON.stringify(choice.options) === JSON.stringify(DEFAULTS.pruner.options);
    const sets = own.map(({ set }) => set).join(', ');
    const name = `${model} (${sets}), ${describe(choice)}, ${jobs} at a time, ${results.length} runs`;
    const toCase = (what: string, ours: number, target: number): BenchCase => ({
      case: `${name}: ${what}`,
      ours,
      peer: null,
      unit: 'of 1',
      ratio: ours / target,
      target: `>= ${target}`,
      ok: isDefault ? ours >= target : null,
    });
    return [
      toCase(`best kept (F0.5 lost in the mean ${loss.toFixed(4)})`, kept, KEPT),
      toCase('time saved', saved, SAVED),
    ];
  });
}

function runAll(pool: Pool, choice: Choice, jobs: number): Replay[] {
  const pruner = createPruner(choice);
  return Array.from({ length: Number(args.runs) }, (_, run) => {
    const study = makeStudy({}, { direction: 'maximize', seed: run });
    return replay(drawRun(pool, createRng(run, nTrials, pool.set)), { study, pruner, jobs });
  });
}

function drawRun({ firsts, others }: Pool, rng: Rng): TrialRow[] {
  const first = firsts.length === 0 ? [] : firsts[rng.integer(firsts.length)]!;
  const drawn = rng.permutation(others.length).slice(0, nTrials - first.length);
  return [...first, ...drawn.map((i) => others[i]!)];
}

function describe({ name, options }: Choice): string {
  return [name, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(' ');
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
