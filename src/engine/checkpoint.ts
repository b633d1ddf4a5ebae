import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ATTEMPT_FILES, assertInside, hashPath, ProtocolError, readRecord } from '../protocol/index.ts';

/**
 * A checkpoint's own list of its files: `{"files":{"state.json":"<SHA-256>"}}`. Written last, it makes a checkpoint of
 * several files complete or not; without one every file counts that has its final name.
 */
const MANIFEST = 'manifest.json';

/**
 * Gives a new attempt a copy of the last complete checkpoint among those of the trial's earlier attempts. Never a link: a
 * zombie of the earlier attempt may still write. Checkpoints older than the copied one are removed.
 * @param dir the new attempt's folder, `<trial>/<attempt>`
 */
export async function inheritCheckpoint(runsDir: string, dir: string, attempt: number): Promise<void> {
  const trialDir = dirname(dir);
  const temporary = join(dir, `.${ATTEMPT_FILES.checkpoint}.tmp`);
  let copied = false;
  for (let earlier = attempt - 1; earlier >= 0; earlier--) {
    const source = join(trialDir, String(earlier), ATTEMPT_FILES.checkpoint);
    if (copied) await removeOld(runsDir, source);
    else copied = await copyComplete(runsDir, source, temporary);
  }
  if (copied) await rename(temporary, join(dir, ATTEMPT_FILES.checkpoint));
}

/** @returns false for a checkpoint that is not there, empty, incomplete or not to be trusted; `target` is then gone */
async function copyComplete(runsDir: string, source: string, target: string): Promise<boolean> {
  try {
    await assertInside(runsDir, source);
    await rm(target, { recursive: true, force: true });
    const bytes = await copyFiles(source, target);
    // The copy is what is checked: the original may change under our hands. Empty files are what a crash leaves of full ones.
    if (bytes > 0 && (await isComplete(target))) return true;
  } catch (error) {
    const vanished = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!vanished && !(error instanceof ProtocolError)) throw error;
  }
  await rm(target, { recursive: true, force: true });
  return false;
}

/** Regular files only, by their final names. @returns their bytes */
async function copyFiles(source: string, target: string): Promise<number> {
  await mkdir(target, { mode: 0o700 });
  let bytes = 0;
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (isTemporary(entry.name)) continue;
    if (entry.isDirectory()) bytes += await copyFiles(from, to);
    if (!entry.isFile()) continue;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    bytes += (await lstat(to)).size;
  }
  return bytes;
}

const isTemporary = (name: string): boolean =>
  name.startsWith('.') || /\.(tmp|temp|part)$/i.test(basename(name));

async function isComplete(dir: string): Promise<boolean> {
  const manifest = await readRecord<{ readonly files?: unknown }>(dir, MANIFEST);
  if (manifest === null) return true;
  const { files } = manifest;
  if (typeof files !== 'object' || files === null) return false;
  for (const [name, sha256] of Object.entries(files)) {
    const path = join(dir, name);
    await assertInside(dir, path);
    if ((await hashPath(path)).sha256 !== sha256) return false;
  }
  return true;
}

async function removeOld(runsDir: string, dir: string): Promise<void> {
  try {
    await assertInside(runsDir, dir);
    await rm(dir, { recursive: true, force: true });
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isGone && !(error instanceof ProtocolError)) throw error;
  }
}
