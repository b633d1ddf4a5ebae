import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertInside, readRecord, writeRecord } from './attempt-folder.ts';
import type { ProcessIdentity } from './process-identity.ts';

/**
 * Where a coordinator and its workers meet, on a file system that both see: `runs/<study uuid>/workers/<worker id>/`, one
 * folder a worker, mode 0700. Every file appears by rename and has one writer. Nobody's clock is compared with another
 * host's: that a number has changed since it was last looked at is all that counts.
 */
export const WORKER_FILES = {
  hello: 'worker.json',
  beat: 'beat.json',
  order: 'order.json',
  signal: 'signal.json',
} as const;

/** Written once by the worker: who it is. */
export interface WorkerHello extends ProcessIdentity {
  readonly id: string;
  /** As Slurm shows it: `ARRAY_TASK`; null outside of a job. */
  readonly jobId: string | null;
  /** Devices that the job was given (`CUDA_VISIBLE_DEVICES`), or null. */
  readonly gpu: string | null;
}

/** Replaced by the worker every second or two, and whenever its state changes. */
export interface WorkerBeat {
  /** Rises with every beat. */
  readonly seq: number;
  readonly state: 'idle' | 'busy' | 'left';
  /** ms that it has been in this state, by its own clock. */
  readonly stateMs: number;
  /** Of the attempt that it runs, or null. */
  readonly token: string | null;
  /** Resident bytes of that attempt's process tree. */
  readonly memoryBytes: number;
  /** `seq` of the last order that it has dealt with; −1 at first. */
  readonly order: number;
  /** Why that order was not carried out, or null. */
  readonly refusal: string | null;
}

/** Replaced by the coordinator; `seq` rises. An order of a superseded coordinator (a lower epoch) is refused. */
export type WorkerOrder =
  | {
      readonly type: 'run';
      readonly epoch: number;
      readonly seq: number;
      readonly dir: string;
      readonly token: string;
      readonly trialNumber: number;
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly type: 'leave'; readonly epoch: number; readonly seq: number };

/** A signal for the attempt that the worker runs; `seq` rises. */
export interface WorkerSignal {
  readonly token: string;
  readonly name: 'SIGTERM' | 'SIGKILL';
  readonly seq: number;
}

export const spoolFolder = (runsDir: string, studyUuid: string): string =>
  join(runsDir, studyUuid, 'workers');

const releaseOf = (epoch: number): string => `released.${epoch}.json`;

/**
 * How a coordinator gave the spool back: `over`, its search is, and workers may go; `left`, another one will go on with
 * it. Whoever comes next need not ask whether it still lives.
 */
export type Release = 'over' | 'left';

export async function releaseSpool(spool: string, epoch: number, release: Release): Promise<void> {
  await writeRecord(spool, releaseOf(epoch), { release });
}

/** Null while the coordinator of that epoch has not given the spool back. */
export async function readRelease(spool: string, epoch: number): Promise<Release | null> {
  return (await readRecord<{ readonly release: Release }>(spool, releaseOf(epoch)))?.release ?? null;
}

/** How many workers there are to be. */
export interface FleetSize {
  /** Of the coordinator that is meant, or that speaks. */
  readonly epoch: number;
  readonly workers: number;
}

/** `wanted.json`: what a person asks of the coordinator; `fleet.json`: what it has made its own. One writer each. */
const SIZE_FILES = { wanted: 'wanted.json', present: 'fleet.json' } as const;

export async function writeFleetSize(
  spool: string,
  which: keyof typeof SIZE_FILES,
  size: FleetSize,
): Promise<void> {
  await writeRecord(spool, SIZE_FILES[which], size);
}

/** Null where nobody has said so yet, or something else stands there. */
export async function readFleetSize(
  spool: string,
  which: keyof typeof SIZE_FILES,
): Promise<FleetSize | null> {
  const size = await readRecord<FleetSize>(spool, SIZE_FILES[which]).catch(() => null);
  const isSound = Number.isSafeInteger(size?.epoch) && Number.isSafeInteger(size?.workers);
  return isSound && size!.workers >= 1 ? size : null;
}

const workersOf = (spool: string): string => join(spool, 'here');
export const workerFolder = (spool: string, id: string): string => join(workersOf(spool), id);

/** @throws EEXIST when the id is taken */
export async function createWorkerFolder(spool: string, id: string): Promise<string> {
  await mkdir(workersOf(spool), { recursive: true, mode: 0o700 });
  const dir = workerFolder(spool, id);
  await mkdir(dir, { mode: 0o700 });
  return dir;
}

/** Ids of all workers that ever came. */
export async function listWorkers(spool: string): Promise<string[]> {
  try {
    return await readdir(workersOf(spool));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** A record of a worker's folder; null while it is not there, and for a folder that somebody else has put there. */
export async function readWorkerRecord<T>(spool: string, id: string, name: string): Promise<T | null> {
  try {
    const dir = workerFolder(spool, id);
    await assertInside(spool, dir);
    return await readRecord<T>(dir, name);
  } catch {
    return null;
  }
}

export async function writeWorkerRecord(
  spool: string,
  id: string,
  name: string,
  record: unknown,
): Promise<void> {
  await writeRecord(workerFolder(spool, id), name, record);
}
