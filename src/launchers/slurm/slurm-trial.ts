import type { Loss, RunningTrial } from '../../domain/ports.ts';
import type { Coordinator } from './coordinator.ts';
import { SILENT_MS, type Workers } from './workers.ts';

/** How often Slurm is asked about a worker that has fallen silent. */
const ASK_MS = 5000;

/** A trial that a worker runs, somewhere on the cluster: seen through the worker's beats and the attempt's own folder. */
export class SlurmTrial implements RunningTrial {
  readonly token: string;
  readonly dir: string;
  readonly pid = null;
  readonly jobId: string | null;
  readonly #worker: string;
  readonly #workers: Workers;
  readonly #coordinator: Coordinator;
  #askedAt = Number.NEGATIVE_INFINITY;
  #timesGone = 0;
  #loss: Loss | null = null;

  constructor(
    place: {
      readonly token: string;
      readonly dir: string;
      readonly worker: string;
      readonly jobId: string | null;
    },
    workers: Workers,
    coordinator: Coordinator,
  ) {
    this.token = place.token;
    this.dir = place.dir;
    this.jobId = place.jobId;
    this.#worker = place.worker;
    this.#workers = workers;
    this.#coordinator = coordinator;
  }

  /** False once the worker says that it does something else, or once it is silent and Slurm says, twice, that it is gone. */
  async isAlive(): Promise<boolean> {
    await this.#coordinator.checkEpoch();
    await this.#workers.refresh();
    const worker = this.#workers.get(this.#worker);
    // It has left, having ended its trial.
    if (worker === null) return false;
    if (worker.beat.token !== this.token) return false;
    if (worker.silentMs < SILENT_MS) {
      this.#timesGone = 0;
      return true;
    }
    // Its job runs again, with another worker: this one is not coming back, or is a zombie on a lost node.
    if (this.#workers.isSuperseded(this.#worker)) return this.#giveUp('interrupted');
    if (performance.now() - this.#askedAt < ASK_MS) return true;
    this.#askedAt = performance.now();
    const fate = await this.#coordinator.fateOf(this.jobId);
    this.#timesGone = fate === 'alive' ? 0 : this.#timesGone + 1;
    if (this.#timesGone < 2) return true;
    return this.#giveUp(fate === 'interrupted' ? 'interrupted' : 'with-worker');
  }

  #giveUp(loss: Loss): false {
    this.#loss = loss;
    return false;
  }

  async loss(): Promise<Loss | null> {
    return this.#loss;
  }

  async memoryBytes(): Promise<number> {
    return this.#workers.get(this.#worker)?.beat.memoryBytes ?? 0;
  }

  async signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const worker = this.#workers.get(this.#worker);
    if (worker?.beat.token === this.token) await this.#workers.signal(this.#worker, this.token, name);
  }
}
