import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Test } from 'tap';
import type { AttemptRecord } from '../domain/ports.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { openStorage } from '../storage/index.ts';
import type { SlurmCluster } from './slurm.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The built command: jobs run it without a loader. */
const entry = join(root, 'dist', 'cli', 'main.js');

/**
 * `sh program.sh X PAUSE`: reports four rungs, one every PAUSE seconds, and ends with X. In `completed.log` it leaves a line for
 * each time that it came to its end: `TRIAL ATTEMPT`.
 */
const PROGRAM = `#!/bin/sh
for step in 1 2 3 4; do
  echo "{\\"step\\":$step,\\"metrics\\":{\\"score\\":0.$step}}" >>"$HPO_REPORT"
  sleep "$2"
done
echo "$HPO_TRIAL_NUMBER $HPO_ATTEMPT" >>completed.log
echo "{\\"final\\":true,\\"metrics\\":{\\"score\\":$1}}" >>"$HPO_REPORT"
`;
const SPACE = 'x:\n  type: float\n  low: 0\n  high: 1\n';

export interface SearchOptions {
  /** In place of the usual one; as many seconds as it is told lie between its reports. */
  readonly program?: string;
  readonly pauseSeconds?: number;
  /** Of the hpo process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface OptimizeArgs {
  readonly trials: number;
  readonly workers: number;
  readonly more?: readonly string[];
}

export interface CommandEnd {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunningCommand = Promise<CommandEnd> & { kill(signal: NodeJS.Signals): boolean };

/** A folder for one search on a cluster, and the command in it. */
export interface SlurmSearch {
  readonly cwd: string;
  hpo(args: readonly string[], env?: Readonly<Record<string, string>>): RunningCommand;
  /** The study `s`, up to so many trials. */
  optimize(args: OptimizeArgs): RunningCommand;
}

export function prepareSearch(t: Test, cluster: SlurmCluster, options: SearchOptions = {}): SlurmSearch {
  if (!existsSync(entry)) throw new Error('dist/ is not built; run: npm run build');
  const { program = PROGRAM, pauseSeconds = 0, env: own = {} } = options;
  const cwd = t.testdir({ 'program.sh': program, 'space.yaml': SPACE });
  const hpo: SlurmSearch['hpo'] = (args, env = {}) =>
    execa(process.execPath, [entry, ...args], {
      cwd,
      env: { ...cluster.env, ...own, ...env },
      reject: false,
      stdin: 'ignore',
      timeout: 300_000,
    });
  const study = ['--study', 's', '--model', 'command', '--space', 'space.yaml', '--metric', 'score'];
  const command = ['--command', `sh program.sh {x} ${pauseSeconds}`, '--maximize', '--pruner', 'none'];
  const slurm = ['--launcher', 'slurm', '--worker-idle', '2m'];
  return {
    cwd,
    hpo,
    optimize: ({ trials, workers, more = [] }) =>
      hpo([
        'optimize',
        ...study,
        ...command,
        ...slurm,
        '--workers',
        String(workers),
        '--total-trials',
        String(trials),
        ...more,
      ]),
  };
}

/** What a worker says of itself. */
export interface WorkerFacts {
  readonly id: string;
  readonly pid: number;
  readonly jobId: string;
}

export function workersOf({ cwd }: SlurmSearch): WorkerFacts[] {
  return readSpool(cwd, 'worker.json') as WorkerFacts[];
}

/** Workers that were given an order at least once. */
export function busyWorkers({ cwd }: SlurmSearch): unknown[] {
  return readSpool(cwd, 'beat.json').filter((beat) => (beat as { order: number }).order >= 0);
}

function readSpool(cwd: string, name: string): unknown[] {
  return listRuns(cwd)
    .filter((path) => path.includes('workers/here/') && path.endsWith(`/${name}`))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')));
}

/** Files and folders below `runs/`. */
export function listRuns(cwd: string): string[] {
  const runs = join(cwd, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { recursive: true, encoding: 'utf8' }).map((path) => join(runs, path));
}

export async function until(isSo: () => boolean, what = 'it'): Promise<void> {
  for (const start = performance.now(); !isSo(); await sleep(100)) {
    if (performance.now() - start > 120_000) throw new Error(`waited for two minutes: ${what}`);
  }
}

export async function untilWorkers(search: SlurmSearch, count: number): Promise<WorkerFacts[]> {
  await until(() => workersOf(search).length >= count, `${count} workers`);
  return workersOf(search);
}

/** Until so many attempts have reported. @returns their folders */
export async function untilRunning({ cwd }: SlurmSearch, count: number): Promise<string[]> {
  const reporting = () => listRuns(cwd).filter((path) => path.endsWith('/report.ndjson'));
  await until(() => reporting().length >= count, `${count} running trials`);
  return reporting().map(dirname);
}

export async function untilEmpty(cluster: SlurmCluster): Promise<void> {
  await until(() => cluster.run('squeue', '-h').trim() === '', 'an empty queue');
}

export interface StudyFacts {
  readonly trials: readonly FrozenTrial[];
  /** By trial. */
  readonly attempts: readonly (readonly AttemptRecord[])[];
}

/** Every trial is complete, by exactly one attempt that did not fail. */
export async function checkStudy(t: Test, { cwd }: SlurmSearch, count: number): Promise<StudyFacts> {
  const storage = await openStorage(join(cwd, 'trials.db'), { create: false });
  try {
    t.same(await storage.findFaults(), []);
    const { id } = await storage.loadStudy('s');
    const trials = await storage.getTrials(id);
    t.same(
      trials.map(({ state }) => state),
      Array.from({ length: count }, () => 'complete'),
    );
    t.same(await storage.listOpenAttempts(id), []);
    const attempts = await Promise.all(trials.map((trial) => storage.listAttempts(trial.id)));
    t.same(
      attempts.map((list) => list.filter(({ failure }) => failure === null).length),
      trials.map(() => 1),
      'one attempt of each counts',
    );
    return { trials, attempts };
  } finally {
    await storage.close();
  }
}

/** How often each trial's program came to its end. */
export function completions({ cwd }: SlurmSearch): number[] {
  const path = join(cwd, 'completed.log');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const counts: number[] = [];
  for (const line of lines)
    counts[Number(line.split(' ')[0])] = (counts[Number(line.split(' ')[0])] ?? 0) + 1;
  return counts;
}
