import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertInside,
  isProvenGone,
  type ProcessIdentity,
  readRecord,
  thisProcess,
  writeRecord,
} from '../protocol/index.ts';

/** Which engines search a study with this run folder, also between two trials: `runs/<study uuid>/engines/<id>.json`. */
const enginesFolder = (runsDir: string, studyUuid: string): string => join(runsDir, studyUuid, 'engines');

/**
 * Puts this process on record as an engine of the study, and takes those off it that are proven gone.
 * @returns what takes it off again
 */
export async function recordEngine(runsDir: string, studyUuid: string): Promise<() => Promise<void>> {
  const dir = enginesFolder(runsDir, studyUuid);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const { name, process } of await listRecords(runsDir, dir))
    if (isProvenGone(process)) await rm(join(dir, name), { force: true });
  const name = `${randomUUID()}.json`;
  await writeRecord(dir, name, thisProcess());
  return () => rm(join(dir, name), { force: true });
}

/** Engines on record that may still live. */
export async function listEngines(runsDir: string, studyUuid: string): Promise<ProcessIdentity[]> {
  const records = await listRecords(runsDir, enginesFolder(runsDir, studyUuid));
  return records.map(({ process }) => process).filter((process) => !isProvenGone(process));
}

async function listRecords(runsDir: string, dir: string) {
  const records: { readonly name: string; readonly process: ProcessIdentity }[] = [];
  for (const name of await listNames(runsDir, dir)) {
    const process = await readRecord<ProcessIdentity>(dir, name).catch(() => null);
    if (typeof process?.pidStartTime === 'string') records.push({ name, process });
  }
  return records;
}

/** Nothing where there is no such folder, or only one that somebody else could have made. */
async function listNames(runsDir: string, dir: string): Promise<string[]> {
  try {
    await assertInside(runsDir, dir);
    return (await readdir(dir)).filter((name) => /^[\w-]+\.json$/.test(name));
  } catch {
    return [];
  }
}
