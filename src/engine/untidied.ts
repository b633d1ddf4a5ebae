import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FinishedTrial, isFinished } from '../domain/trial.ts';
import { assertInside, readLease } from '../protocol/index.ts';
import { folderOf, isEngineGone, type Search } from './search.ts';

/**
 * Trials that have ended, but whose engine died before it tidied up: their folders still hold the lease of a process that
 * is proven gone. Tidying takes the leases away, so that few folders are looked at, however many trials there are.
 */
export async function findUntidied(search: Search): Promise<readonly FinishedTrial[]> {
  const { parts, study, options, mine } = search;
  const trials = await parts.storage.getTrials(study.id);
  const found: FinishedTrial[] = [];
  for (const number of await listFolders(join(options.runsDir, study.uuid))) {
    const trial = trials[number];
    if (trial === undefined || trial.number !== number || !isFinished(trial) || mine.has(number)) continue;
    if (await isAbandoned(search, folderOf(search, number))) found.push(trial);
  }
  return found;
}

/** Numbers of the trials that have a folder. */
async function listFolders(studyDir: string): Promise<readonly number[]> {
  const thousands = await readdir(studyDir).catch(() => []);
  const lists = thousands
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readdir(join(studyDir, name)).catch(() => []));
  return (await Promise.all(lists))
    .flat()
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

async function isAbandoned(search: Search, trialDir: string): Promise<boolean> {
  try {
    await assertInside(search.options.runsDir, trialDir);
    const lease = await readLease(trialDir);
    return lease !== null && (await isEngineGone(search, lease.holder));
  } catch {
    // Gone meanwhile, or not ours to touch.
    return false;
  }
}
