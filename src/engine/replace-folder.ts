import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processStartTime } from '../protocol/index.ts';

/** Where this process prepares what is to become `target`: on the same disk, so that a rename will do. */
export function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
}

/** A folder cannot be renamed onto one that is not empty: the old one steps aside first. */
export async function replaceFolder(source: string, target: string): Promise<void> {
  const old = `${source}.old`;
  await rm(old, { recursive: true, force: true });
  const hadOne = await rename(target, old).then(
    () => true,
    () => false,
  );
  await rename(source, target);
  if (hadOne) await rm(old, { recursive: true, force: true });
}

/**
 * Ends what processes that were killed had begun with `target`: what they prepared goes, and a folder that had stepped aside
 * for one that never came is put back.
 */
export async function clearInterrupted(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    const [, base, pid, isOld] = /^\.(.+)\.(\d+)\.tmp(\.old)?$/.exec(name) ?? [];
    if (base !== basename(target) || processStartTime(Number(pid)) !== null) continue;
    if (isOld && !existsSync(target)) await rename(join(folder, name), target);
    else await rm(join(folder, name), { recursive: true, force: true });
  }
}
