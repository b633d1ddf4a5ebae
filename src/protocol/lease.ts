import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from './attempt-folder.ts';
import { isProvenGone, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { encodeRecord } from './records.ts';

/**
 * Which engine looks after a trial. `lease.N.json` in the trial's folder names the engine's process; the highest N
 * holds. A lease is taken over by creating N + 1, exclusively, once the holder is proven gone: of two engines that try,
 * one wins.
 */
export interface Lease {
  readonly epoch: number;
  readonly holder: ProcessIdentity;
}

const LEASE = /^lease\.(\d+)\.json$/;

/** @returns false when somebody else took that epoch first. */
export async function takeLease(trialDir: string, epoch: number): Promise<boolean> {
  await mkdir(trialDir, { recursive: true, mode: 0o700 });
  const holder = thisProcess();
  // A name of its own for each try: one process may hold several engines.
  const temporary = join(trialDir, `.lease.${randomUUID()}.tmp`);
  await writeFile(temporary, `${encodeRecord(holder)}\n`, { mode: 0o600 });
  try {
    // A hard link appears whole, and fails where the name exists.
    await link(temporary, join(trialDir, `lease.${epoch}.json`));
    return true;
  } catch (error) {
    // On NFS a link can be made and its reply be lost: then ours has two names.
    if ((await stat(temporary)).nlink > 1) return true;
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The lease that holds, or null for a trial that no engine with this run folder ever had. */
export async function readLease(trialDir: string): Promise<Lease | null> {
  const epochs = await listEpochs(trialDir);
  return epochs.length === 0 ? null : readEpoch(trialDir, Math.max(...epochs));
}

/** Who held a lease before `epoch`: they have lost it, and may not know yet. */
export async function readEarlierLeases(dir: string, epoch: number): Promise<readonly Lease[]> {
  const earlier = (await listEpochs(dir)).filter((one) => one < epoch);
  const leases = await Promise.all(earlier.map((one) => readEpoch(dir, one)));
  return leases.filter((lease) => lease !== null);
}

async function readEpoch(dir: string, epoch: number): Promise<Lease | null> {
  const holder = await readRecord<ProcessIdentity>(dir, `lease.${epoch}.json`);
  return holder === null ? null : { epoch, holder };
}

async function listEpochs(dir: string): Promise<number[]> {
  return (await listFolder(dir)).flatMap((name) => {
    const match = LEASE.exec(name);
    return match ? [Number(match[1])] : [];
  });
}

/** Takes a trial over from an engine that is gone. @param isGone what counts as proof of that */
export async function takeOverLease(
  trialDir: string,
  isGone: (holder: ProcessIdentity) => boolean | Promise<boolean> = isProvenGone,
): Promise<boolean> {
  const lease = await readLease(trialDir);
  if (lease === null || !(await isGone(lease.holder))) return false;
  return takeLease(trialDir, lease.epoch + 1);
}

/** Gives up a lease that this process holds, so that the next one need not wait for the process to end. */
export async function releaseLease(trialDir: string): Promise<void> {
  for (const name of await listFolder(trialDir))
    if (LEASE.test(name)) await rm(join(trialDir, name), { force: true });
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
