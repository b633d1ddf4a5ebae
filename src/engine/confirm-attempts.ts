import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptPatch, AttemptRecord, NewAttempt, Storage } from '../domain/ports.ts';
import { ATTEMPT_FILES, type AttemptControl, readRecord, writeRecord } from '../protocol/index.ts';

/**
 * The attempts of a confirmation are on record in their own folders. In the storage they would be the trial's attempts:
 * they would hide the one that made its model, and reopen a trial that has ended.
 */
const RECORD = 'attempt.json';

/** The storage, but attempts and reports of what runs on it leave no trace there. */
export function storageOfConfirmation(storage: Storage): Storage {
  const dirs = new Map<string, string>();
  const keyOf = (trialId: number, attempt: number): string => `${trialId} ${attempt}`;
  return Object.assign(Object.create(storage) as Storage, {
    getTrials: storage.getTrials.bind(storage),
    recordReports: async () => true,
    createAttempt: async (attempt: NewAttempt) => {
      dirs.set(keyOf(attempt.trialId, attempt.attempt), attempt.dir);
      await writeRecord(attempt.dir, RECORD, { ...attempt, ...NOT_STARTED });
    },
    updateAttempt: async (trialId: number, attempt: number, patch: AttemptPatch) => {
      const dir = dirs.get(keyOf(trialId, attempt));
      if (dir === undefined) return;
      const record = await readRecord<AttemptRecord>(dir, RECORD);
      if (record !== null) await writeRecord(dir, RECORD, { ...record, ...patch });
    },
  });
}

const NOT_STARTED = {
  pid: null,
  pidStartTime: null,
  bootId: null,
  jobId: null,
  reportOffset: 0,
  endedAt: null,
  exitCode: null,
  signal: null,
  failure: null,
} as const;

/** The attempt that an earlier engine left running or unread; null when there is none, or it was told to stop. */
export async function findOpenAttempt(trialDir: string): Promise<AttemptRecord | null> {
  const attempts = (await readdir(trialDir)).map(Number).filter(Number.isInteger);
  if (attempts.length === 0) return null;
  const dir = join(trialDir, String(Math.max(...attempts)));
  const record = await readRecord<AttemptRecord>(dir, RECORD);
  const control = await readRecord<AttemptControl>(dir, ATTEMPT_FILES.control);
  if (record === null || record.endedAt !== null || control?.stop !== null) return null;
  // All reports are read again: nothing but the display has seen them.
  return { ...record, reportOffset: 0 };
}
