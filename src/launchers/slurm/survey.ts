import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../domain/errors.ts';
import {
  listWorkers,
  readWorkerRecord,
  WORKER_FILES,
  type WorkerBeat,
  type WorkerHello,
  type WorkerOrder,
  workerFolder,
} from '../../protocol/index.ts';
import { ControllerSilent, hasEnded, listTasks, type TaskState } from './slurm-commands.ts';
import { readSubmittedIds } from './submissions.ts';
import { SILENT_MS } from './workers.ts';

/**
 * `pending`: its job waits in Slurm's queue; `starting`: the job runs, the worker is not there yet; `silent`: no sign of
 * life for a while, the machine may be gone; `left`: it has ended.
 */
export type WorkerState = 'pending' | 'starting' | 'idle' | 'busy' | 'silent' | 'left';

export interface WorkerFacts {
  /** Null: no worker has come from that job yet. */
  readonly id: string | null;
  /** `ARRAY_TASK`; null outside of a job. */
  readonly jobId: string | null;
  /** Its machine; null where Slurm has given it none yet. */
  readonly host: string | null;
  readonly state: WorkerState;
  /** Number of the trial that it runs, or null. */
  readonly trial: number | null;
  /** s that it has been in this state; null where nobody knows. */
  readonly seconds: number | null;
  /** Resident bytes of what it runs. */
  readonly memoryBytes: number;
  readonly gpu: string | null;
  /** What Slurm says about its job, where that tells something. */
  readonly reason: string | null;
}

export interface Survey {
  readonly workers: readonly WorkerFacts[];
  /** Why jobs without a worker are missing from the list, or null. */
  readonly trouble: string | null;
}

/** A beat that was just written has a younger file; clocks of hosts and file servers differ a little. */
const FRESH_MS = 5000;
/** Long enough for two beats. */
const SECOND_LOOK_MS = 2500;

/** Who works for a study, as the spool and Slurm's queue tell. Writes nothing. */
export async function surveyWorkers(spool: string): Promise<Survey> {
  const ids = await listWorkers(spool);
  const [known, { tasks, trouble }] = await Promise.all([lookAtAll(spool, ids), askSlurm(spool)]);
  const taskOf = new Map(tasks.map((task) => [task.id, task]));
  const here = known.map((seen) => describe(seen, taskOf));
  // A job that was started again has an earlier worker, which has left.
  const present = new Set(here.filter(({ state }) => state !== 'left').map(({ jobId }) => jobId));
  const others = tasks.filter(({ id, state }) => !hasEnded(state) && !present.has(id)).map(withoutWorker);
  return { workers: [...here, ...others].sort(byJob), trouble };
}

interface Seen {
  readonly hello: WorkerHello;
  readonly beat: WorkerBeat;
  readonly trial: number | null;
  readonly isSilent: boolean;
}

async function lookAtAll(spool: string, ids: readonly string[]): Promise<Seen[]> {
  const seen = await Promise.all(ids.map((id) => lookAt(spool, id)));
  const found = seen.filter((one) => one !== null);
  if (!found.some(({ isSilent }) => isSilent)) return found;
  // Clocks may be apart: whether the beat still moves shows without one.
  await sleep(SECOND_LOOK_MS);
  return Promise.all(
    found.map(async (one) => {
      if (!one.isSilent) return one;
      const beat = await readWorkerRecord<WorkerBeat>(spool, one.hello.id, WORKER_FILES.beat);
      return beat === null || beat.seq === one.beat.seq ? one : { ...one, beat, isSilent: false };
    }),
  );
}

async function lookAt(spool: string, id: string): Promise<Seen | null> {
  const [hello, beat, order] = await Promise.all([
    readWorkerRecord<WorkerHello>(spool, id, WORKER_FILES.hello),
    readWorkerRecord<WorkerBeat>(spool, id, WORKER_FILES.beat),
    readWorkerRecord<WorkerOrder>(spool, id, WORKER_FILES.order),
  ]);
  if (hello === null || beat === null || hello.id !== id) return null;
  const isItsOwn = order?.type === 'run' && order.token === beat.token;
  const file = await stat(join(workerFolder(spool, id), WORKER_FILES.beat)).catch(() => null);
  const ageMs = Date.now() - (file?.mtimeMs ?? 0);
  const isOld = ageMs > SILENT_MS || ageMs < -FRESH_MS;
  return {
    hello,
    beat,
    trial: isItsOwn ? order.trialNumber : null,
    isSilent: beat.state !== 'left' && isOld,
  };
}

function describe(
  { hello, beat, trial, isSilent }: Seen,
  taskOf: ReadonlyMap<string, TaskState>,
): WorkerFacts {
  const task = hello.jobId === null ? undefined : taskOf.get(hello.jobId);
  return {
    id: hello.id,
    jobId: hello.jobId,
    host: hello.host,
    state: isSilent ? 'silent' : beat.state,
    trial,
    seconds: Number.isFinite(beat.stateMs) && !isSilent ? Math.round(beat.stateMs / 1000) : null,
    memoryBytes: beat.memoryBytes,
    gpu: hello.gpu,
    reason: isSilent && task !== undefined ? `its job: ${task.state}` : null,
  };
}

function withoutWorker({ id, state, reason, node, ranSeconds }: TaskState): WorkerFacts {
  return {
    id: null,
    jobId: id,
    host: node === '' ? null : node,
    state: state === 'PENDING' ? 'pending' : 'starting',
    trial: null,
    seconds: state === 'PENDING' ? null : ranSeconds,
    memoryBytes: 0,
    gpu: null,
    reason: reason === '' || reason === 'None' ? null : reason,
  };
}

/** Without Slurm's commands, or its controller, the spool alone tells. */
async function askSlurm(
  spool: string,
): Promise<{ readonly tasks: readonly TaskState[]; readonly trouble: string | null }> {
  try {
    return { tasks: await listTasks(await readSubmittedIds(spool)), trouble: null };
  } catch (error) {
    if (!(error instanceof ControllerSilent || error instanceof UsageError)) throw error;
    return { tasks: [], trouble: error.message };
  }
}

const byJob = (a: WorkerFacts, b: WorkerFacts): number =>
  (a.jobId ?? '').localeCompare(b.jobId ?? '', 'en', { numeric: true });
