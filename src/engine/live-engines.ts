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

/** A process that looks after running trials of a study. */
export interface LiveEngine {
  readonly process: ProcessIdentity;
  /** Whether it runs on this machine and in this PID namespace, so that its pid means something here. */
  readonly isHere: boolean;
  /** Numbers of its running trials. */
  readonly trials: readonly number[];
}

export interface RunningTrials {
  readonly engines: readonly LiveEngine[];
  /** Running trials without an engine that could still live: it died, or another program runs them. */
  readonly orphans: readonly number[];
}

/** Who looks after the study's running trials: the leases in their folders say so. */
export async function findLiveEngines(
  storage: Storage,
  study: Study,
  runsDir: string,
): Promise<RunningTrials> {
  const engines = new Map<string, LiveEngine>();
  const orphans: number[] = [];
  for (const { state, number } of await storage.getTrials(study.id)) {
    if (state !== 'running') continue;
    const holder = await readHolder(runsDir, trialFolder(runsDir, study.uuid, number));
    if (holder === null || isProvenGone(holder)) {
      orphans.push(number);
      continue;
    }
    const key = `${holder.host} ${holder.bootId} ${holder.pidNamespace} ${holder.pid}`;
    const trials = [...(engines.get(key)?.trials ?? []), number];
    engines.set(key, { process: holder, isHere: isHere(holder), trials });
  }
  return { engines: [...engines.values()], orphans };
}

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
