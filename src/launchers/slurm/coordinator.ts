import { mkdir } from 'node:fs/promises';
import { StorageError, SupersededError } from '../../domain/errors.ts';
import {
  isProvenGone,
  isSameProcess,
  type Lease,
  type ProcessIdentity,
  readEarlierLeases,
  readFleetSize,
  readLease,
  readRelease,
  releaseSpool,
  takeLease,
  thisProcess,
  writeFleetSize,
} from '../../protocol/index.ts';
import { Fleet } from './fleet.ts';
import {
  ControllerSilent,
  type Fate,
  fateOf,
  isJobGone,
  type JobOptions,
  listTasks,
} from './slurm-commands.ts';
import { type JobTemplate, Submissions } from './submissions.ts';
import type { Workers } from './workers.ts';

export interface CoordinatorOptions {
  readonly spool: string;
  readonly studyName: string;
  /** Workers to be kept at work. */
  readonly workers: number;
  /** The sbatch file, and what it runs. */
  readonly script: string;
  readonly command: readonly string[];
  /** A shell file that each job reads first; null: none. */
  readonly prologue: string | null;
  readonly job: JobOptions;
  /** Absolute; one log a task. */
  readonly logDir: string;
  /** Take the spool from a coordinator that may still live. */
  readonly takeOver: boolean;
  readonly onWarning: (message: string) => void;
}

const LOOK_MS = 5000;
/** How soon a coordinator notices that it has been superseded, or that another number of workers is wanted. */
const CHECK_MS = 1000;
/** Variables that jobs inherit; none of them holds a secret. */
const JOB_ENV = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'NODE_OPTIONS', 'HPO_WORKER_GRACE_MS'];

/** The one process that gives a spool's workers their orders: sees to it that there are enough of them, and dismisses them. */
export class Coordinator {
  readonly epoch: number;
  readonly #options: CoordinatorOptions;
  readonly #workers: Workers;
  readonly #fleet: Fleet;
  /** Workers to be kept at work now. */
  #size: number;
  #askedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #checkedAt = performance.now();
  #isClosed = false;
  /** Coordinators of this spool before this one: whatever they still do counts no more. */
  readonly #earlier: readonly ProcessIdentity[];

  private constructor(
    options: CoordinatorOptions,
    workers: Workers,
    fleet: Fleet,
    { epoch, earlier }: { readonly epoch: number; readonly earlier: readonly Lease[] },
  ) {
    this.#options = options;
    this.#size = options.workers;
    this.#workers = workers;
    this.#fleet = fleet;
    this.epoch = epoch;
    this.#earlier = earlier.map(({ holder }) => holder);
  }

  /**
   * Becomes the spool's only coordinator; workers that an earlier one left there are its own.
   * @throws {StorageError} another one has the spool
   */
  static async open(options: CoordinatorOptions, workers: Workers): Promise<Coordinator> {
    const { spool, takeOver } = options;
    await mkdir(spool, { recursive: true, mode: 0o700 });
    const lease = await readLease(spool);
    if (lease !== null && !takeOver && !(await isFree(spool, lease))) throw occupied(lease, spool);
    const epoch = lease === null ? 0 : lease.epoch + 1;
    if (!(await takeLease(spool, epoch))) throw occupied((await readLease(spool))!, spool);
    const earlier = await readEarlierLeases(spool, epoch);
    const submissions = await Submissions.open(spool);
    const fleet = new Fleet(workers, submissions, templateOf(options), options.onWarning);
    await writeFleetSize(spool, 'present', { epoch, workers: options.workers });
    return new Coordinator(options, workers, fleet, { epoch, earlier });
  }

  /** How many workers there are to be: as many as a person asked for last. */
  get size(): number {
    return this.#size;
  }

  /** Looks after the jobs, every few seconds however often it is called. @throws {HpoError} workers keep dying, or we are superseded */
  async lookAfter(): Promise<void> {
    if (!this.#isClosed) await this.#heedSize();
    if (this.#isClosed || performance.now() - this.#lookedAt < LOOK_MS) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /** What Slurm says of a worker that has fallen silent. Without a controller that answers it counts as alive. */
  async fateOf(jobId: string | null): Promise<Fate> {
    if (jobId === null) return 'died';
    try {
      const tasks = await listTasks([jobId]);
      return fateOf(tasks.find(({ id }) => id === jobId) ?? null);
    } catch (error) {
      if (error instanceof ControllerSilent) return 'alive';
      throw error;
    }
  }

  /** Whether an engine of this study is gone: this host proves it, its job has ended, or it has lost the spool to us. */
  async isEngineGone(engine: ProcessIdentity): Promise<boolean> {
    const isSelf = isSameProcess(engine, thisProcess());
    if (isSelf || isProvenGone(engine)) return !isSelf;
    return this.#earlier.some((one) => isSameProcess(one, engine)) || hasLostJob(engine);
  }

  /** Once a second at most, however often it is called. @throws {SupersededError} */
  async checkEpoch(): Promise<void> {
    if (performance.now() - this.#checkedAt > CHECK_MS) await this.requireEpoch();
  }

  /** @throws {SupersededError} another coordinator has the spool */
  async requireEpoch(): Promise<void> {
    this.#checkedAt = performance.now();
    const lease = await readLease(this.#options.spool);
    if (lease !== null && lease.epoch > this.epoch) throw superseded(lease);
  }

  /** Workers go on with what they do and wait for the next coordinator. */
  async leave(): Promise<void> {
    this.#isClosed = true;
    await this.#looking?.catch(() => {});
    await releaseSpool(this.#options.spool, this.epoch, 'left');
  }

  /** Workers end after what they are doing; jobs that have not begun are taken back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#looking?.catch(() => {});
    // What is there belongs to whoever has the spool.
    if ((await readLease(this.#options.spool))?.epoch !== this.epoch) return;
    await this.#workers.refresh();
    await this.#workers.dismiss(this.epoch);
    await this.#fleet.cancelPending().catch(() => {});
    await releaseSpool(this.#options.spool, this.epoch, 'over');
  }

  /** Once a second at most: `hpo scale` may have asked for more or fewer workers. */
  async #heedSize(): Promise<void> {
    if (performance.now() - this.#askedAt < CHECK_MS) return;
    this.#askedAt = performance.now();
    const { spool } = this.#options;
    const wanted = await readFleetSize(spool, 'wanted');
    if (wanted === null || wanted.epoch !== this.epoch || wanted.workers === this.#size) return;
    this.#size = wanted.workers;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    await writeFleetSize(spool, 'present', { epoch: this.epoch, workers: this.#size });
  }

  async #look(): Promise<void> {
    await this.requireEpoch();
    await this.#workers.dismissSuperseded(this.epoch);
    try {
      await this.#fleet.keepAt(this.#size, this.epoch);
    } catch (error) {
      // Workers go on without the controller; it is asked again.
      if (!(error instanceof ControllerSilent)) throw error;
    }
    this.#lookedAt = performance.now();
  }
}

/** What every array of workers is submitted with. */
export function templateOf({
  script,
  command,
  prologue,
  job,
  logDir,
  studyName,
}: Omit<CoordinatorOptions, 'onWarning'>): JobTemplate {
  return {
    script,
    args: [prologue ?? '-', ...command],
    logDir,
    // Shown to everybody, and never read by a shell.
    comment: studyName.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 100),
    env: JOB_ENV,
    options: job,
  };
}

/** Given back, or held by a process that is proven gone; by this very process, for a search after a search. */
async function isFree(spool: string, { epoch, holder }: Lease): Promise<boolean> {
  if (isSameProcess(holder, thisProcess()) || isProvenGone(holder)) return true;
  return (await readRelease(spool, epoch)) !== null || hasLostJob(holder);
}

/** Whether a process of another host went with its job. A controller that does not answer proves nothing. */
async function hasLostJob({ job }: ProcessIdentity): Promise<boolean> {
  if (job === undefined) return false;
  try {
    return await isJobGone(job);
  } catch (error) {
    if (error instanceof ControllerSilent) return false;
    throw error;
  }
}

function superseded({ holder }: Lease): SupersededError {
  return new SupersededError('Another coordinator has taken this search over.', {
    details: [`process ${holder.pid} on ${holder.host}`],
    fix: 'nothing is lost: what ran goes on under that one; hpo trials shows it',
  });
}

function occupied({ holder }: Lease, spool: string): StorageError {
  return new StorageError('Another coordinator runs this study on the cluster.', {
    details: [`process ${holder.pid} on ${holder.host}`, `the spool is ${spool}`],
    fix: 'end that one, or take its place: --take-over',
  });
}
