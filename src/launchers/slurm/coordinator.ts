import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HpoError, StorageError, SupersededError } from '../../domain/errors.ts';
import {
  isProvenGone,
  isSameProcess,
  type Lease,
  type ProcessIdentity,
  readEarlierLeases,
  readLease,
  readRelease,
  releaseSpool,
  takeLease,
  thisProcess,
} from '../../protocol/index.ts';
import {
  ControllerSilent,
  cancel,
  hasEnded,
  isJobGone,
  type JobOptions,
  listTasks,
  submit,
  type TaskState,
} from './slurm-commands.ts';
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
}

const LOOK_MS = 5000;
/** How soon a coordinator notices that it has been superseded. */
const CHECK_MS = 1000;
/** So many workers that ended before they came: something is wrong with all of them. */
const MAX_STILLBORN = 3;
/** Variables that jobs inherit; none of them holds a secret. */
const JOB_ENV = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'NODE_OPTIONS', 'HPO_WORKER_GRACE_MS'];

/** Keeps a number of Slurm jobs at work: submits them, counts them, replaces those that end, and dismisses them. */
export class Coordinator {
  readonly epoch: number;
  readonly #options: CoordinatorOptions;
  readonly #workers: Workers;
  /** Array job ids. */
  readonly #jobs: Set<string>;
  #tasks: readonly TaskState[] = [];
  readonly #stillborn = new Set<string>();
  /** Jobs that ran without a worker when they were last looked at. */
  #deserted: ReadonlySet<string> = new Set();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #checkedAt = performance.now();
  #isClosed = false;
  /** Coordinators of this spool before this one: whatever they still do counts no more. */
  readonly #earlier: readonly ProcessIdentity[];

  private constructor(
    options: CoordinatorOptions,
    workers: Workers,
    { epoch, earlier }: { readonly epoch: number; readonly earlier: readonly Lease[] },
    jobs: readonly string[],
  ) {
    this.#options = options;
    this.#workers = workers;
    this.epoch = epoch;
    this.#earlier = earlier.map(({ holder }) => holder);
    this.#jobs = new Set(jobs);
  }

  /**
   * Becomes the spool's only coordinator; workers that an earlier one left there are its own.
   * @throws {StorageError} another one has the spool
   */
  static async open(options: CoordinatorOptions, workers: Workers): Promise<Coordinator> {
    const { spool, takeOver } = options;
    await mkdir(join(spool, 'jobs'), { recursive: true, mode: 0o700 });
    const lease = await readLease(spool);
    if (lease !== null && !takeOver && !(await isFree(spool, lease))) throw occupied(lease, spool);
    const epoch = lease === null ? 0 : lease.epoch + 1;
    if (!(await takeLease(spool, epoch))) throw occupied((await readLease(spool))!, spool);
    const earlier = await readEarlierLeases(spool, epoch);
    return new Coordinator(options, workers, { epoch, earlier }, await readdir(join(spool, 'jobs')));
  }

  /** Looks after the jobs, every few seconds however often it is called. @throws {HpoError} workers keep dying, or we are superseded */
  async lookAfter(): Promise<void> {
    if (this.#isClosed || performance.now() - this.#lookedAt < LOOK_MS) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /**
   * Whether a worker that has fallen silent is gone: its job has ended, waits to be started again, or is unknown to a
   * controller that answers.
   */
  async isGone(jobId: string | null): Promise<boolean> {
    if (jobId === null) return true;
    try {
      const task = (await listTasks([jobId])).find(({ id }) => id === jobId) ?? null;
      return task === null || hasEnded(task.state) || task.state === 'PENDING';
    } catch (error) {
      if (error instanceof ControllerSilent) return false;
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
    const pending = this.#tasks.filter(({ state }) => state === 'PENDING').map(({ id }) => id);
    await cancel(pending).catch(() => {});
    await releaseSpool(this.#options.spool, this.epoch, 'over');
  }

  async #look(): Promise<void> {
    await this.requireEpoch();
    try {
      this.#tasks = await listTasks([...this.#jobs]);
      await this.#requireHealth();
      const alive = await this.#countAlive();
      if (alive < this.#options.workers) await this.#submit(this.#options.workers - alive);
    } catch (error) {
      // Workers go on without the controller; it is asked again.
      if (!(error instanceof ControllerSilent)) throw error;
    }
    this.#lookedAt = performance.now();
  }

  /** A worker that left while its job stays (Slurm did not notice: a controller that lost its state) is replaced. */
  async #countAlive(): Promise<number> {
    const running = this.#tasks.filter(({ state }) => !hasEnded(state));
    const deserted = running.filter(
      ({ id, state }) => state === 'RUNNING' && this.#workers.presenceOf(id) === 'left',
    );
    // One look is not enough: a job that was started again has an earlier worker too.
    const gone = deserted.filter(({ id }) => this.#deserted.has(id)).map(({ id }) => id);
    this.#deserted = new Set(deserted.map(({ id }) => id));
    await cancel(gone);
    return running.length - gone.length;
  }

  /** Jobs that end before their worker ever came tell of a mistake in all of them. */
  async #requireHealth(): Promise<void> {
    await this.#workers.refresh();
    for (const { id, state } of this.#tasks)
      if (hasEnded(state) && this.#workers.presenceOf(id) === 'never') this.#stillborn.add(id);
    const limit = Math.min(MAX_STILLBORN, this.#options.workers);
    if (this.#stillborn.size < limit || this.#workers.list().length > 0) return;
    const id = [...this.#stillborn].at(-1)!;
    throw new HpoError(`${this.#stillborn.size} workers ended before they began to work.`, {
      details: await this.#lastWords(id),
      fix: `look at ${this.#options.logDir}/${id}.out, and at: scontrol show job ${id}`,
    });
  }

  async #lastWords(id: string): Promise<string[]> {
    const text = await readFile(join(this.#options.logDir, `${id}.out`), 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-10);
  }

  async #submit(tasks: number): Promise<void> {
    const { script, command, prologue, job, logDir, studyName, spool } = this.#options;
    await mkdir(logDir, { recursive: true, mode: 0o700 });
    const id = await submit({
      name: `hpo-${randomBytes(6).toString('hex')}`,
      tasks,
      script,
      args: [prologue ?? '-', ...command],
      logDir,
      // Shown to everybody, and never read by a shell.
      comment: studyName.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 100),
      env: JOB_ENV,
      options: job,
    });
    await writeFile(join(spool, 'jobs', id), '', { mode: 0o600 });
    this.#jobs.add(id);
  }
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
