import { setTimeout as sleep } from 'node:timers/promises';
import { NotFoundError } from '../../domain/errors.ts';
import {
  isProvenGone,
  type ProcessIdentity,
  readFleetSize,
  readLease,
  readRelease,
  writeFleetSize,
} from '../../protocol/index.ts';

export interface Scaled {
  readonly workers: number;
  /** How many there were to be until now; null where the coordinator has not said so yet. */
  readonly before: number | null;
  /** Whether the coordinator has made the number its own; false: it has not answered within the time given. */
  readonly isHeeded: boolean;
  readonly coordinator: ProcessIdentity;
}

const PAUSE_MS = 100;

/**
 * Asks a search that runs for more or fewer workers, and waits for its answer.
 * @throws {NotFoundError} none runs on the cluster
 */
export async function askForWorkers(spool: string, workers: number, waitMs: number): Promise<Scaled> {
  const lease = await readLease(spool);
  const isOver =
    lease === null || (await readRelease(spool, lease.epoch)) !== null || isProvenGone(lease.holder);
  if (isOver) {
    throw new NotFoundError('no search of this study runs on the cluster', {
      fix: `begin one: hpo optimize --launcher slurm --workers ${workers}`,
    });
  }
  const { epoch, holder: coordinator } = lease;
  const present = async () => {
    const size = await readFleetSize(spool, 'present');
    return size?.epoch === epoch ? size.workers : null;
  };
  const before = await present();
  await writeFleetSize(spool, 'wanted', { epoch, workers });
  let isHeeded = false;
  for (const start = performance.now(); !isHeeded && performance.now() - start < waitMs; ) {
    isHeeded = (await present()) === workers;
    if (!isHeeded) await sleep(PAUSE_MS);
  }
  return { workers, before, isHeeded, coordinator };
}
