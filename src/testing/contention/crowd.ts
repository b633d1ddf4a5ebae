import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { openStorage } from '../../storage/index.ts';
import type { LoopBlocks } from './loop-watch.ts';

export interface Crowd {
  /** Folder of the compiled programs, see compileCrowd. */
  readonly programs: string;
  /** A database that is not there yet. */
  readonly file: string;
  readonly writers: number;
  /** Trials of each writer. */
  readonly trials: number;
  /** Processes that only open it, and look. */
  readonly openers: number;
}

export interface CrowdResult {
  /** One sentence each. */
  readonly faults: readonly string[];
  /** The longest that any call of the storage took, ms. */
  readonly maxWaitMs: number;
  readonly maxOpenMs: number;
  readonly blocks: LoopBlocks;
  /** The same in a process beside them that does nothing: what the machine does to everybody. */
  readonly bystander: LoopBlocks;
  /** The log's largest size while they wrote. */
  readonly maxLogBytes: number;
  readonly trialsPerSecond: number;
}

/** Lets all processes loose on the database at the same moment, and looks whether it bears it. */
export async function runCrowd(crowd: Crowd): Promise<CrowdResult> {
  const { programs, file, writers, openers, trials } = crowd;
  const counts = [...Array(writers).fill(trials), ...Array(openers).fill(0)] as number[];
  const members = counts.map((count) => startMember(join(programs, 'writer.js'), file, String(count)));
  const bystander = startMember(join(programs, 'bystander.js'));
  await Promise.all([bystander, ...members].map(({ ready }) => ready));
  const log = watchSize(`${file}-wal`);
  const start = performance.now();
  for (const { child } of members) child.stdin!.end('go\n');
  const told = await Promise.all(members.map(({ result }) => result));
  const seconds = (performance.now() - start) / 1000;
  bystander.child.stdin!.end();
  const worst = (of: (member: Told) => number): number => Math.max(...told.map((one) => of(one as Told)));
  return {
    faults: await findFaults(crowd, told),
    maxWaitMs: worst((one) => one.maxWaitMs ?? Number.NaN),
    maxOpenMs: worst((one) => one.openMs ?? Number.NaN),
    blocks: { wallMs: worst((one) => one.blocks.wallMs), ownMs: worst((one) => one.blocks.ownMs) },
    bystander: (await bystander.result).blocks,
    maxLogBytes: log.stop(),
    trialsPerSecond: (writers * trials) / seconds,
  };
}

/** What a member of the crowd prints; an error's text when it failed. */
interface Told {
  readonly error?: string;
  readonly ran: readonly { readonly number: number; readonly value: number }[];
  readonly maxWaitMs: number;
  readonly openMs: number;
  readonly blocks: LoopBlocks;
}

interface Member {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly result: Promise<Told>;
}

function startMember(...command: readonly string[]): Member {
  // Without the test runner's own loaders.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, command, { env, stdio: 'pipe' });
  const lines = createInterface({ input: child.stdout });
  const said: string[] = [];
  lines.on('line', (line) => said.push(line));
  const failed = text(child.stderr);
  const result = async (): Promise<Told> => {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return JSON.parse(said[1]!) as Told;
    const nothing = { ran: [], maxWaitMs: Number.NaN, openMs: Number.NaN };
    return { error: await failed, ...nothing, blocks: { wallMs: Number.NaN, ownMs: Number.NaN } };
  };
  return { child, ready: Promise.race([once(lines, 'line'), once(child, 'close')]), result: result() };
}

async function findFaults({ file, writers, trials }: Crowd, told: readonly Told[]): Promise<string[]> {
  const storage = await openStorage(file, { create: false });
  try {
    const study = await storage.loadStudy('crowd');
    const stored = await storage.getTrials(study.id);
    const claimed = told.flatMap(({ ran }) => ran);
    const lost = claimed.filter(
      ({ number, value }) =>
        stored[number]?.state !== 'complete' ||
        stored[number].values[0] !== value ||
        stored[number].intermediateValues.size !== 5,
    );
    const attrs = Object.keys(study.userAttrs).length;
    return [
      ...told.flatMap(({ error }) => (error === undefined ? [] : [`a process failed: ${error}`])),
      ...lost.map(({ number }) => `what trial ${number} told is lost`),
      ...(new Set(claimed.map(({ number }) => number)).size === claimed.length
        ? []
        : ['a number was given twice']),
      ...(stored.every(({ number }, i) => number === i) ? [] : ['the numbers are not dense']),
      ...(stored.length === writers * trials ? [] : [`${stored.length} trials are stored`]),
      ...(attrs === told.length ? [] : [`${attrs} of ${told.length} attributes are stored`]),
      ...(await storage.findFaults()),
    ];
  } finally {
    await storage.close();
  }
}

/** The largest size that a file has while it is watched. */
function watchSize(path: string): { stop(): number } {
  let most = 0;
  const timer = setInterval(async () => {
    const facts = await stat(path).catch(() => null);
    most = Math.max(most, facts?.size ?? 0);
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}
