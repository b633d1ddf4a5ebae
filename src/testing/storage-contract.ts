import type { Test } from 'tap';
import type { Storage } from '../domain/ports.ts';
import { attemptContract } from './storage/attempts.ts';
import { paramsContract } from './storage/params.ts';
import { processContract } from './storage/processes.ts';
import { studyContract } from './storage/studies.ts';
import { transferContract } from './storage/transfer.ts';
import { trialContract } from './storage/trials.ts';

/** A fresh, empty storage for one test. */
export interface StorageUnderTest {
  /** Another client of the same storage each time; the contract closes what it opens. */
  readonly open: () => Promise<Storage>;
  /** For other processes; null where there can be none (a fake in memory). */
  readonly url: string | null;
}

export type MakeStorage = (t: Test) => Promise<StorageUnderTest>;

/** For a machine that runs other things too. */
const LONG = { timeout: 600_000 };

/** Everything that the port {@link Storage} promises; to be run for each storage, and for a fake before it is used. */
export function storageContract(t: Test, make: MakeStorage): void {
  t.test('studies', LONG, async (t) => studyContract(t, make));
  t.test('trials', LONG, async (t) => trialContract(t, make));
  t.test('params', LONG, async (t) => paramsContract(t, make));
  t.test('attempts, reports and events', LONG, async (t) => attemptContract(t, make));
  t.test('transfer and marks', LONG, async (t) => transferContract(t, make));
  t.test('several processes', LONG, async (t) => processContract(t, make));
}
