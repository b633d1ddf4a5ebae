import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PYTHON } from '../../../src/testing/services.ts';
import { median } from '../report.ts';

export interface Figures {
  readonly trialsPerSecond: number;
  /** Of a whole trial, milliseconds. */
  readonly p99Ms: number;
  /** Of one storage call; NaN for the peer. */
  readonly callP99Ms: number;
}

/** A new, empty database for one round; removed with it. */
export interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

export interface Round {
  /** A program that takes URL and SECONDS besides, as throughput.ts does. */
  readonly command: readonly string[];
  readonly processes: number;
  readonly seconds: number;
  readonly place: () => Promise<Place>;
}

/** Lets all processes begin at the same moment, once each has opened the storage. */
export async function measure({ command, processes, seconds, place }: Round): Promise<Figures> {
  const { url, remove } = await place();
  try {
    const members = Array.from({ length: processes }, () => start([...command, url, String(seconds)]));
    await Promise.all(members.map(({ ready }) => ready));
    for (const { go } of members) go();
    const results = await Promise.all(members.map(({ result }) => result));
    const trialMs = results.flatMap((result) => result.trialMs);
    return {
      trialsPerSecond: trialMs.length / seconds,
      p99Ms: percentile(trialMs, 0.99),
      callP99Ms: percentile(
        results.flatMap((result) => result.callMs ?? []),
        0.99,
      ),
    };
  } finally {
    await remove();
  }
}

/** The median of three: a neighbour's burst of disk or processor use should not decide. */
export async function measureThrice(round: Round): Promise<Figures> {
  const rounds: Figures[] = [];
  for (let i = 0; i < 3; i++) rounds.push(await measure(round));
  const middle = (key: keyof Figures): number => median(rounds.map((figures) => figures[key]));
  return {
    trialsPerSecond: middle('trialsPerSecond'),
    p99Ms: middle('p99Ms'),
    callP99Ms: middle('callP99Ms'),
  };
}

/** Whether Debian's Python has all of these. */
export function hasPeer(...modules: readonly string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' }).status === 0;
}

interface WorkerResult {
  readonly trialMs: readonly number[];
  readonly callMs?: readonly number[];
}

function start([program, ...args]: readonly string[]) {
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  const result = async (): Promise<WorkerResult> => {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}`);
    return JSON.parse(said[1]!) as WorkerResult;
  };
  return {
    ready: Promise.race([once(lines, 'line'), once(child, 'close')]),
    go: () => child.stdin.end('go\n'),
    result: result(),
  };
}

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}
