// A day's worth of trials in one study: the engine's memory, the files it leaves, and whether a trial costs more when there are many.
//   npm run bench:day -- [-f json] [--trials 10000] [--real 0]
// The trials do nothing, in the engine's own process, and half of them fail; --real runs so many more as real processes, with
// the built `hpo optimize --model command` and a shell that only tells a number; what a sampler that learns takes is not looked at here.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStorage } from '../../src/storage/index.ts';
import { compileEngine } from '../../src/testing/compiled-trial.ts';
import { scriptedSpec } from '../../src/testing/search-fixture.ts';
import { type BenchCase, printBench } from './report.ts';

const argv = process.argv.slice(2);
const { values } = parseArgs({
  args: argv,
  options: {
    trials: { type: 'string', default: '10000' },
    real: { type: 'string', default: '0' },
    format: { type: 'string', short: 'f' },
  },
});
const [nTrials, nReal] = [Number(values.trials), Number(values.real)];
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Inside this package, where the compiled engine finds its packages. */
const dir = mkdtempSync(join(root, 'node_modules', '.day-'));
const SPACE = {
  x: { type: 'float', low: 0, high: 1 },
  ending: { type: 'categorical', choices: ['complete', 'fail-config'] },
} as const;

/** What was seen when so many trials had ended. */
interface Moment {
  readonly trials: number;
  readonly atMs: number;
  /** Of the engine's processor. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly files: number;
}

async function runDay(): Promise<readonly Moment[]> {
  const storage = await openStorage(join(dir, 'trials.db'), { create: true });
  await storage.createStudy({ name: 'scripted', spec: { ...scriptedSpec({ reports: 1 }), space: SPACE } });
  await storage.close();
  const { engine } = compileEngine(join(dir, 'compiled'));
  // Complete ones are counted; about as many fail, and say so on stderr.
  const options = { nTrials: nTrials / 2, jobs: 4, maxFailures: 1e9 };
  const child = spawn(process.execPath, [engine, dir, JSON.stringify(options), 'fake'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return follow(child, (line) => line.startsWith('{"type":"trial-finished"'), nTrials / 10);
}

/** Real processes: the launcher, the supervisor, a trial's Node and the program, as anybody would run them. */
async function runReal(): Promise<readonly Moment[]> {
  writeFileSync(join(dir, 'noop.sh'), `echo '::hpo {"final":true,"metrics":{"f1":0.5}}'\n`);
  writeFileSync(join(dir, 'space.yaml'), 'x: { type: float, low: 0, high: 1 }\n');
  const words = `optimize --study noop --model command --space space.yaml --metric f1 --sampler random --jobs 2 --events --n-trials ${nReal} --command`;
  const args = [join(root, 'dist', 'cli', 'main.js'), ...words.split(' '), 'sh noop.sh {x}'];
  const child = spawn(process.execPath, args, { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
  return follow(child, (line) => line.includes('trial-finished'), nReal / 10);
}

async function follow(
  child: ChildProcess,
  isFinished: (line: string) => boolean,
  every: number,
): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  let trials = 0;
  const start = performance.now();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (!isFinished(line) || ++trials % Math.max(1, Math.round(every)) !== 0) return;
    const atMs = performance.now() - start;
    moments.push({ trials, atMs, ...readUsage(child.pid!), files: countFiles() });
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the engine ended with ${code}`);
  return moments;
}

/** Zero when the engine has just ended. */
function readUsage(pid: number): Pick<Moment, 'cpuMs' | 'rssBytes'> {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime, in ticks of 10 ms.
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
    return { cpuMs, rssBytes: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024 };
  } catch {
    return { cpuMs: 0, rssBytes: 0 };
  }
}

/** A folder that goes while it is counted has none. */
function countFiles(folder = join(dir, 'runs')): number {
  let count = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      count += entry.isDirectory() ? countFiles(join(folder, entry.name)) : 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return count;
}

function judge(name: string, moments: readonly Moment[]): BenchCase[] {
  const used = moments.filter(({ rssBytes }) => rssBytes > 0);
  const [first, second, before, last] = [used[0]!, used[1]!, used.at(-2)!, used.at(-1)!];
  const cost = (from: Moment, to: Moment): number => (to.cpuMs - from.cpuMs) / (to.trials - from.trials);
  const [early, late] = [cost(first, second), cost(before, last)];
  const rss = last.rssBytes / 1e6;
  const wall = (last.atMs - first.atMs) / (last.trials - first.trials);
  return [
    {
      case: `${name}: engine's memory after ${last.trials} trials`,
      ours: rss,
      peer: null,
      unit: 'MB',
      ratio: null,
      target: '< 200 MB',
      ok: rss < 200,
    },
    shown(`${name}: … after ${first.trials}`, first.rssBytes / 1e6, 'MB'),
    {
      case: `${name}: files left`,
      ours: countFiles(),
      peer: null,
      unit: '',
      ratio: null,
      target: '< 5000',
      ok: countFiles() < 5000,
    },
    {
      case: `${name}: engine's processor time a trial, last tenth against second`,
      ours: late,
      peer: early,
      unit: 'ms',
      ratio: late / early,
      target: '<= 1.5',
      ok: late / early <= 1.5,
    },
    ...[1, 3, used.length].map((tenth) => {
      const [from, to] = [used[tenth - 2] ?? START, used[tenth - 1]!];
      return shown(`${name}: … of trials ${from.trials} to ${to.trials}`, cost(from, to), 'ms');
    }),
    shown(`${name}: wall time a trial`, wall, 'ms'),
  ];
}

const START: Moment = { trials: 0, atMs: 0, cpuMs: 0, rssBytes: 0, files: 0 };

function shown(name: string, ours: number, unit: string): BenchCase {
  return { case: name, ours, peer: null, unit, ratio: null, target: 'shown only', ok: null };
}

try {
  const cases = nTrials > 0 ? judge('no-op trials', await runDay()) : [];
  if (nReal > 0) cases.push(...judge('real no-op programs', await runReal()));
  printBench(cases, argv);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
