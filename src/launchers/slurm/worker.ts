import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HpoError } from '../../domain/errors.ts';
import type { Launcher, RunningTrial } from '../../domain/ports.ts';
import {
  ATTEMPT_FILES,
  assertInside,
  createWorkerFolder,
  jobOf,
  readLease,
  readRelease,
  readWorkerRecord,
  thisProcess,
  WORKER_FILES,
  type WorkerBeat,
  type WorkerHello,
  type WorkerOrder,
  type WorkerSignal,
  writeRecord,
  writeWorkerRecord,
} from '../../protocol/index.ts';

export interface WorkerOptions {
  readonly spool: string;
  /** Starts the trials, as processes of this machine. */
  readonly launcher: Launcher;
  readonly env: NodeJS.ProcessEnv;
  /** Without work for so long, the worker leaves. */
  readonly idleMs: number;
  /** Aborted when the job's time runs out or it has to make room: what runs is asked to stop, and nothing more begins. */
  readonly leave: AbortSignal;
  /** Between SIGTERM and SIGKILL once it has to leave. */
  readonly graceMs: number;
}

const BEAT_MS = 1000;
/** How often a busy worker looks for a signal and for the end of its trial. */
const BUSY_MS = 50;
/** An idle worker looks often at first, then ever less. */
const IDLE_MIN_MS = 20;
const IDLE_MAX_MS = 2000;
/** Pauses of an idle worker from which on it also asks whether anybody is there. */
const RARE_MS = 250;

type BeatFacts = Omit<WorkerBeat, 'seq' | 'stateMs'>;

/** Takes one order after another from the coordinator, runs each as a local process, and says how it is. */
export async function runWorker({
  spool,
  launcher,
  env,
  idleMs,
  leave,
  graceMs,
}: WorkerOptions): Promise<void> {
  const id = workerId(env);
  await createWorkerFolder(spool, id);
  await writeWorkerRecord(spool, id, WORKER_FILES.hello, describe(id, env));
  const heart = startHeart(spool, id);
  try {
    for (let last = -1; ; ) {
      const order = await nextOrder({ spool, id, after: last, idleMs, leave });
      if (order === null) return;
      last = order.seq;
      if (order.type === 'run') await carryOut(order, { spool, id, launcher, leave, graceMs, heart });
      // A coordinator that has lost the spool has nobody to send away.
      else if ((await epochOf(spool)) <= order.epoch) return;
      else await heart.beat({ order: last });
    }
  } finally {
    await heart.stop();
  }
}

/** The job's own name for the task, how often it was restarted, and something that makes it unique. */
function workerId(env: NodeJS.ProcessEnv): string {
  const { id, restarts } = jobOf(env) ?? { id: 'local', restarts: 0 };
  return `${id}.${restarts}.${randomBytes(4).toString('hex')}`;
}

function describe(id: string, env: NodeJS.ProcessEnv): WorkerHello {
  return { ...thisProcess(), id, jobId: jobOf(env)?.id ?? null, gpu: env['CUDA_VISIBLE_DEVICES'] ?? null };
}

interface Heart {
  /** Says so at once. */
  beat(facts: Partial<BeatFacts>): Promise<void>;
  stop(): Promise<void>;
}

function startHeart(spool: string, id: string): Heart {
  let facts: BeatFacts = { state: 'idle', token: null, memoryBytes: 0, order: -1, refusal: null };
  let seq = 0;
  let changedAt = performance.now();
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const earlier = writing;
    const stateMs = Math.round(performance.now() - changedAt);
    const record: WorkerBeat = { seq: seq++, stateMs, ...facts };
    writing = (async () => {
      await earlier;
      // A spool that is full or away for a while: the next beat tries again.
      await writeWorkerRecord(spool, id, WORKER_FILES.beat, record).catch(() => {});
    })();
    await writing;
  };
  const timer = setInterval(() => void write(), BEAT_MS);
  return {
    async beat(news) {
      if (news.state !== undefined && news.state !== facts.state) changedAt = performance.now();
      facts = { ...facts, ...news };
      await write();
    },
    async stop() {
      clearInterval(timer);
      changedAt = performance.now();
      facts = { ...facts, state: 'left', token: null, memoryBytes: 0 };
      await write();
    },
  };
}

interface Waiting {
  readonly spool: string;
  readonly id: string;
  readonly after: number;
  readonly idleMs: number;
  readonly leave: AbortSignal;
}

/** The next order, or null when it is time to leave. */
async function nextOrder({ spool, id, after, idleMs, leave }: Waiting): Promise<WorkerOrder | null> {
  const start = performance.now();
  for (let pauseMs = IDLE_MIN_MS; !leave.aborted; pauseMs = Math.min(pauseMs * 1.15, IDLE_MAX_MS)) {
    const order = await readWorkerRecord<WorkerOrder>(spool, id, WORKER_FILES.order);
    if (order !== null && order.seq > after) return order;
    if (performance.now() - start > idleMs || (pauseMs > RARE_MS && (await isOver(spool)))) return null;
    // Workers that idle together should not ask together.
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal: leave }).catch(() => {});
  }
  return null;
}

/** A coordinator that has gone for good may not have seen a worker that had just come. */
async function isOver(spool: string): Promise<boolean> {
  const lease = await readLease(spool);
  return lease !== null && (await readRelease(spool, lease.epoch)) === 'over';
}

interface Duty {
  readonly spool: string;
  readonly id: string;
  readonly launcher: Launcher;
  readonly leave: AbortSignal;
  readonly graceMs: number;
  readonly heart: Heart;
}

async function carryOut(order: Extract<WorkerOrder, { type: 'run' }>, duty: Duty): Promise<void> {
  const { spool, launcher, heart } = duty;
  try {
    await refuseIfUnfit(order, spool);
    const { dir, token, trialNumber, env } = order;
    const [trial] = await launcher.launch([{ dir, token, trialNumber, env, gpu: null }]);
    await heart.beat({ state: 'busy', token, order: order.seq, refusal: null });
    await attend(trial!, duty);
    await heart.beat({ state: 'idle', token: null, memoryBytes: 0 });
  } catch (error) {
    if (!(error instanceof HpoError)) throw error;
    await heart.beat({ state: 'idle', token: null, order: order.seq, refusal: error.message });
  }
}

/** The spool is the coordinator's and ours alone, but an old coordinator may still write to it. */
async function refuseIfUnfit(
  { dir, epoch }: Extract<WorkerOrder, { type: 'run' }>,
  spool: string,
): Promise<void> {
  // runs/<study>/workers → runs
  await assertInside(dirname(dirname(spool)), dir);
  const latest = await epochOf(spool);
  if (epoch < latest)
    throw new HpoError(`The order is of coordinator ${epoch}; coordinator ${latest} has taken over.`);
}

/** Of the coordinator that has the spool; −1 before there was any. */
async function epochOf(spool: string): Promise<number> {
  return (await readLease(spool))?.epoch ?? -1;
}

/** Follows a trial to its end: passes signals on, measures it, and stops it when the job has to go. */
async function attend(trial: RunningTrial, { spool, id, leave, graceMs, heart }: Duty): Promise<void> {
  let signalled = -1;
  let measuredAt = 0;
  let leftAt: number | null = null;
  while (!existsSync(join(trial.dir, ATTEMPT_FILES.exit)) && (await trial.isAlive())) {
    const signal = await readWorkerRecord<WorkerSignal>(spool, id, WORKER_FILES.signal);
    if (signal !== null && signal.token === trial.token && signal.seq > signalled) {
      signalled = signal.seq;
      await trial.signal(signal.name);
    }
    const now = performance.now();
    if (leave.aborted && leftAt === null) {
      leftAt = now;
      // On record first: however the trial takes it, it is not to blame for its end.
      await writeRecord(trial.dir, ATTEMPT_FILES.interrupted, { token: trial.token }).catch(() => {});
      await trial.signal('SIGTERM');
    }
    if (leftAt !== null && now - leftAt > graceMs) await trial.signal('SIGKILL');
    if (now - measuredAt > BEAT_MS) {
      measuredAt = now;
      await heart.beat({ memoryBytes: await trial.memoryBytes() });
    }
    await sleep(BUSY_MS);
  }
  // Whatever the trial left behind must not outlive it into the next one.
  await trial.signal('SIGKILL');
}
