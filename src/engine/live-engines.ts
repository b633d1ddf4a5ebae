import type { Storage } from '../domain/ports.ts';
import type { Study } from '../domain/study.ts';
import {
  assertInside,
  isProvenGone,
  type ProcessIdentity,
  readLease,
  thisHost,
  trialFolder,
} from '../protocol/index.ts';
import { listEngines } from './engine-record.ts';

/** A process that searches a study. */
export interface LiveEngine {
  readonly process: ProcessIdentity;
  /** Whether it runs on this machine and in this PID namespace, so that its pid means something here. */
  readonly isHere: boolean;
  /** Numbers of its running trials; none while it waits or is about to ask for one. */
  readonly trials: readonly number[];
}

export interface RunningTrials {
  readonly engines: readonly LiveEngine[];
  /** Running trials without an engine that could still live: it died, or another program runs them. */
  readonly orphans: readonly number[];
}

/** Who searches the study: engines say so themselves, and in the leases of their running trials. */
export async function findLiveEngines(
  storage: Storage,
  study: Study,
  runsDir: string,
): Promise<RunningTrials> {
  const engines = new Map<string, LiveEngine>();
  for (const process of await listEngines(runsDir, study.uuid))
    engines.set(keyOf(process), { process, isHere: isHere(process), trials: [] });
  const orphans: number[] = [];
  for (const { state, number } of await storage.getTrials(study.id)) {
    if (state !== 'running') continue;
    const holder = await readHolder(runsDir, trialFolder(runsDir, study.uuid, number));
    if (holder === null || isProvenGone(holder)) {
      orphans.push(number);
      continue;
    }
    const key = keyOf(holder);
    const trials = [...(engines.get(key)?.trials ?? []), number];
    engines.set(key, { process: holder, isHere: isHere(holder), trials });
  }
  return { engines: [...engines.values()], orphans };
}

const keyOf = ({ host, bootId, pidNamespace, pid }: ProcessIdentity): string =>
  `${host} ${bootId} ${pidNamespace} ${pid}`;

/** Null where there is no lease, or only one that somebody else could have written. */
async function readHolder(runsDir: string, trialDir: string): Promise<ProcessIdentity | null> {
  try {
    await assertInside(runsDir, trialDir);
    return (await readLease(trialDir))?.holder ?? null;
  } catch {
    return null;
  }
}

function isHere({ host, bootId, pidNamespace }: ProcessIdentity): boolean {
  const here = thisHost();
  return host === here.host && bootId === here.bootId && pidNamespace === here.pidNamespace;
}
