import { mkdir } from 'node:fs/promises';
import { EarlyDeaths } from './early-deaths.ts';
import { cancel, hasEnded, maxArraySize, Refused, type TaskState } from './slurm-commands.ts';
import type { JobTemplate, Submissions } from './submissions.ts';
import type { Workers } from './workers.ts';

/** After a refusal; doubled with each one that follows. */
const PAUSE_MS = 15_000;
const MAX_PAUSE_MS = 300_000;

/** Keeps a number of Slurm jobs at work: counts them, and submits others for those that end. */
export class Fleet {
  readonly #workers: Workers;
  readonly #submissions: Submissions;
  readonly #template: JobTemplate;
  readonly #onWarning: (message: string) => void;
  readonly #deaths: EarlyDeaths;
  #tasks: readonly TaskState[] = [];
  /** Jobs that ran without a worker when they were last looked at. */
  #deserted: ReadonlySet<string> = new Set();
  #pauseMs = PAUSE_MS;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    workers: Workers,
    submissions: Submissions,
    template: JobTemplate,
    onWarning: (message: string) => void,
  ) {
    this.#workers = workers;
    this.#submissions = submissions;
    this.#template = template;
    this.#onWarning = onWarning;
    this.#deaths = new EarlyDeaths(workers, template.logDir);
  }

  /**
   * Brings the fleet to `size` workers. Of too many those go first that have not begun, then idle ones; the others finish
   * their trials.
   * @param epoch of the coordinator
   * @throws {Refused} Slurm will not have any, and nobody is at work
   * @throws {ControllerSilent}
   * @throws {HpoError} workers keep dying
   */
  async keepAt(size: number, epoch: number): Promise<void> {
    this.#tasks = await this.#submissions.listTasks();
    await this.#deaths.check(this.#tasks);
    const alive = await this.#countAlive();
    const here = this.#listHere();
    if (here.length > size) await this.#retire(here.length - size, here, epoch);
    if (alive >= size || performance.now() < this.#pausedUntil) return;
    await mkdir(this.#template.logDir, { recursive: true, mode: 0o700 });
    await this.#submit(size - alive, alive);
  }

  /** Tasks that will go on to work: not those whose workers have left, or have been told to. */
  #listHere(): TaskState[] {
    return this.#listAlive().filter(
      ({ id, state }) => state === 'PENDING' || this.#workers.presenceOf(id) !== 'left',
    );
  }

  #listAlive(): TaskState[] {
    return this.#tasks.filter(({ id, state }) => !hasEnded(state) && !this.#workers.isDismissed(id));
  }

  async #retire(surplus: number, here: readonly TaskState[], epoch: number): Promise<void> {
    const pending = here.filter(({ state }) => state === 'PENDING').slice(-surplus);
    await cancel(pending.map(({ id }) => id));
    const coming = here.filter(
      ({ id, state }) => state !== 'PENDING' && this.#workers.presenceOf(id) === 'never',
    );
    await this.#workers.dismissSome(surplus - pending.length, epoch, coming.length);
  }

  /** Takes jobs back that have not begun. */
  async cancelPending(): Promise<void> {
    const tasks = await this.#submissions.listTasks();
    await cancel(tasks.filter(({ state }) => state === 'PENDING').map(({ id }) => id));
  }

  /** A worker that left while its job stays (Slurm did not notice: a controller that lost its state) is replaced. */
  async #countAlive(): Promise<number> {
    const running = this.#listAlive();
    const deserted = running.filter(
      ({ id, state }) => state === 'RUNNING' && this.#workers.presenceOf(id) === 'left',
    );
    // One look is not enough: a job that was started again has an earlier worker too.
    const gone = deserted.filter(({ id }) => this.#deserted.has(id)).map(({ id }) => id);
    this.#deserted = new Set(deserted.map(({ id }) => id));
    await cancel(gone);
    return running.length - gone.length;
  }

  /** In as many arrays as MaxArraySize asks for, and in smaller ones where the site's limits leave little room. */
  async #submit(missing: number, alive: number): Promise<void> {
    let size = Math.min(missing, await maxArraySize());
    for (let left = missing; left > 0; ) {
      try {
        await this.#submissions.submit(size, this.#template);
        this.#pauseMs = PAUSE_MS;
        left -= size;
        size = Math.min(size, left);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const isAlone = alive === 0 && left === missing;
        if (!error.isLimit && isAlone) throw error;
        if (!error.isLimit || size === 1) return this.#backOff(error, missing - left + alive);
        size = Math.floor(size / 2);
      }
    }
  }

  #backOff({ details }: Refused, taken: number): void {
    this.#pausedUntil = performance.now() + this.#pauseMs;
    this.#onWarning(
      `Slurm takes no more than ${taken} workers now (${details.join(' ')}); it is asked again in ${this.#pauseMs / 1000} s`,
    );
    this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
  }
}
