// Trials a second through the storage: create, 10 params, 10 reports, finish; a finished trial survives a power cut.
//   npm run bench:storage -- [-f json] [--seconds 2]
// The peer is Python's Optuna with its SQLite storage (Debian's python3-optuna), doing the same through ask, suggest,
// report and tell with the random sampler; it syncs every commit, we sync creating and finishing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchCase, median, printBench } from './report.ts';

const PYTHON = '/usr/bin/python3';
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const argv = process.argv.slice(2);
const { values } = parseArgs({
  args: argv,
  options: { seconds: { type: 'string', default: '2' }, format: { type: 'string', short: 'f' } },
});
const seconds = Number(values.seconds);
/** Room for every process to have loaded before the common start. */
const LEAD_MS = 3000;

interface Figures {
  readonly trialsPerSecond: number;
  /** Of a whole trial, milliseconds. */
  readonly p99Ms: number;
  /** Of one storage call; null for the peer. */
  readonly callP99Ms: number | null;
}

interface WorkerResult {
  readonly trialMs: readonly number[];
  readonly callMs?: readonly number[];
}

const OURS = [process.execPath, '--import', 'tsx', '-C', 'hpo-source', here('storage-worker.ts')];

async function measure(command: readonly string[], processes: number): Promise<Figures> {
  const dir = await mkdtemp(join(tmpdir(), 'hpo-bench-'));
  try {
    const start = Date.now() + LEAD_MS;
    const args = [join(dir, 'bench.db'), String(start), String(seconds)];
    const results = await Promise.all(
      Array.from({ length: processes }, () => runWorker([...command, ...args])),
    );
    const trialMs = results.flatMap((result) => result.trialMs);
    const callMs = results.flatMap((result) => result.callMs ?? []);
    return {
      trialsPerSecond: trialMs.length / seconds,
      p99Ms: percentile(trialMs, 0.99),
      callP99Ms: callMs.length > 0 ? percentile(callMs, 0.99) : null,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The median of three: a neighbour's burst of disk or processor use should not decide. */
async function measureThrice(command: readonly string[], processes: number): Promise<Figures> {
  const rounds: Figures[] = [];
  for (let round = 0; round < 3; round++) rounds.push(await measure(command, processes));
  return {
    trialsPerSecond: median(rounds.map(({ trialsPerSecond }) => trialsPerSecond)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    callP99Ms: median(rounds.map(({ callP99Ms }) => callP99Ms ?? Number.NaN)),
  };
}

async function runWorker([program, ...args]: readonly string[]): Promise<WorkerResult> {
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}`);
  return JSON.parse(out) as WorkerResult;
}

async function hasPeer(): Promise<boolean> {
  const child = spawn(PYTHON, ['-c', 'import optuna'], { stdio: 'ignore' });
  try {
    return (await once(child, 'close'))[0] === 0;
  } catch {
    return false;
  }
}

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

const cases: BenchCase[] = [];
const peerIsThere = await hasPeer();
for (const processes of [1, 4]) {
  const label = `${processes} process${processes > 1 ? 'es' : ''}`;
  const ours = await measureThrice([...OURS, 'own'], processes);
  const peer = peerIsThere ? await measure([PYTHON, here('storage-peer.py')], processes) : null;
  const ratio = peer && ours.trialsPerSecond / peer.trialsPerSecond;
  cases.push({
    case: `trials a second, ${label}`,
    ours: ours.trialsPerSecond,
    peer: peer?.trialsPerSecond ?? null,
    unit: '1/s',
    ratio,
    target: '>= 20',
    ok: ratio === null ? null : ratio >= 20,
  });
  cases.push({
    case: `p99 of a trial, ${label}`,
    ours: ours.p99Ms,
    peer: peer?.p99Ms ?? null,
    unit: 'ms',
    ratio: peer && ours.p99Ms / peer.p99Ms,
    target: processes === 4 ? '< 50 ms' : 'shown only',
    ok: processes === 4 ? ours.p99Ms < 50 : null,
  });
  cases.push(shown(`p99 of a storage call, ${label}`, ours.callP99Ms!, 'ms'));
  for (const durability of ['normal', 'full']) {
    const figures = await measure([...OURS, durability], processes);
    cases.push(shown(`trials a second, everything ${durability}, ${label}`, figures.trialsPerSecond, '1/s'));
    cases.push(shown(`p99 of a trial, everything ${durability}, ${label}`, figures.p99Ms, 'ms'));
  }
}
printBench(cases, argv);

function shown(name: string, ours: number, unit: string): BenchCase {
  return { case: name, ours, peer: null, unit, ratio: null, target: 'shown only', ok: null };
}
