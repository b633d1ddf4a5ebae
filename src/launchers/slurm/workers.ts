import { setTimeout as sleep } from 'node:timers/promises';
import { HpoError } from '../../domain/errors.ts';
import {
  listWorkers,
  readWorkerRecord,
  WORKER_FILES,
  type WorkerBeat,
  type WorkerHello,
  type WorkerOrder,
  type WorkerSignal,
  writeWorkerRecord,
} from '../../protocol/index.ts';

/** A worker as the coordinator sees it. */
export interface WorkerView {
  readonly hello: WorkerHello;
  readonly beat: WorkerBeat;
  /** ms of this process since its beat last changed. */
  readonly silentMs: number;
}

interface Known {
  readonly hello: WorkerHello;
  beat: WorkerBeat;
  changedAt: number;
  /** `seq` of the latest order given to it. */
  ordered: number;
  signalled: number;
  /** Of the latest order that it has carried out. */
  carriedOut: number;
  isDismissed: boolean;
}

/** A beat every second: so long a silence is no accident of a busy file system. */
export const SILENT_MS = 15_000;
const REFRESH_MS = 15;
/** A worker must take an order up within this time, its process's start included. */
const ANSWER_MS = 60_000;

type RunOrder = Extract<WorkerOrder, { type: 'run' }>;

/** The workers of one spool: who is there, what they do, and orders for them. */
export class Workers {
  readonly #spool: string;
  readonly #known = new Map<string, Known>();
  /** Workers that have left: their folders stay, and are read no more. */
  readonly #left = new Set<string>();
  #carriedOut = 0;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | null = null;

  constructor(spool: string) {
    this.#spool = spool;
  }

  /** Looks at the spool, at most every 15 ms however many ask. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#refreshedAt < REFRESH_MS) return;
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  list(): WorkerView[] {
    return [...this.#known.values()].map(viewOf);
  }

  get(id: string): WorkerView | null {
    const known = this.#known.get(id);
    return known === undefined ? null : viewOf(known);
  }

  /** How often a worker was seen to have carried out an order. */
  get carriedOut(): number {
    return this.#carriedOut;
  }

  /** Whether the latest worker of this job is there (or has died without a word), has left, or never came. */
  presenceOf(jobId: string): 'here' | 'left' | 'never' {
    const latest = [...this.#known.keys(), ...this.#left]
      .filter((id) => jobOf(id) === jobId)
      .sort((a, b) => startOf(b) - startOf(a))[0];
    if (latest === undefined) return 'never';
    return this.#left.has(latest) ? 'left' : 'here';
  }

  /** Whether its job was started again since: Slurm counts on it no more. */
  isSuperseded(id: string): boolean {
    return [...this.#known.keys(), ...this.#left].some(
      (other) => jobOf(other) === jobOf(id) && startOf(other) > startOf(id),
    );
  }

  hasIdle(): boolean {
    return this.#findIdle() !== null;
  }

  /**
   * Hands an order to an idle worker and waits until it has started it.
   * @throws {HpoError} no worker is idle for long, or the worker refuses or falls silent
   */
  async order(run: Omit<RunOrder, 'type' | 'seq'>): Promise<WorkerView> {
    const worker = await this.#reserveIdle();
    const seq = worker.ordered;
    const { id } = worker.hello;
    await writeWorkerRecord(this.#spool, id, WORKER_FILES.order, {
      type: 'run',
      seq,
      ...run,
    } satisfies WorkerOrder);
    for (const start = performance.now(); performance.now() - start < ANSWER_MS; await sleep(REFRESH_MS)) {
      await this.refresh();
      const { beat } = worker;
      if (beat.order >= seq) {
        if (beat.refusal === null) return viewOf(worker);
        throw new HpoError(`Worker ${id} could not start it: ${beat.refusal}`);
      }
      if (beat.state === 'left' || performance.now() - worker.changedAt > SILENT_MS) break;
    }
    throw new HpoError(`Worker ${id} on ${worker.hello.host} did not take the trial up.`);
  }

  async signal(id: string, token: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const known = this.#known.get(id);
    if (known === undefined) return;
    const record = { token, name, seq: ++known.signalled };
    await writeWorkerRecord(this.#spool, id, WORKER_FILES.signal, record);
  }

  /** Asks all to leave when they have done what they are doing. */
  async dismiss(epoch: number): Promise<void> {
    await Promise.all([...this.#known.values()].map((worker) => this.#dismissOne(worker, epoch)));
  }

  /** Whether the worker of this job has been told to go. */
  isDismissed(jobId: string): boolean {
    return [...this.#known.values()].some(({ hello, isDismissed }) => isDismissed && hello.jobId === jobId);
  }

  /**
   * Asks so many to leave, idle ones first; those that are at work finish their trials.
   * @param coming workers that are about to arrive: they will be idle, and are waited for before one at work is sent away
   */
  async dismissSome(count: number, epoch: number, coming: number): Promise<void> {
    const candidates = [...this.#known.values()].filter(
      // One that has not taken its order up yet would miss it.
      ({ beat, ordered, isDismissed }) => !isDismissed && beat.order === ordered,
    );
    const idle = candidates.filter((worker) => !isBusy(worker)).slice(0, count);
    const busy = candidates.filter(isBusy).slice(0, Math.max(0, count - idle.length - coming));
    await Promise.all([...idle, ...busy].map((worker) => this.#dismissOne(worker, epoch)));
  }

  /** Zombies of lost nodes: their jobs run elsewhere by now, and the processors that they use are given to others. */
  async dismissSuperseded(epoch: number): Promise<void> {
    for (const worker of this.#known.values())
      if (!worker.isDismissed && this.isSuperseded(worker.hello.id)) await this.#dismissOne(worker, epoch);
  }

  async #dismissOne(worker: Known, epoch: number): Promise<void> {
    worker.isDismissed = true;
    const order: WorkerOrder = { type: 'leave', epoch, seq: ++worker.ordered };
    await writeWorkerRecord(this.#spool, worker.hello.id, WORKER_FILES.order, order).catch(() => {});
  }

  /** `ordered` is raised before anybody else can look. */
  async #reserveIdle(): Promise<Known> {
    for (const start = performance.now(); performance.now() - start < ANSWER_MS; await sleep(REFRESH_MS)) {
      await this.refresh();
      const idle = this.#findIdle();
      if (idle !== null) {
        idle.ordered++;
        return idle;
      }
    }
    throw new HpoError('No worker is free.');
  }

  #findIdle(): Known | null {
    for (const worker of this.#known.values()) {
      const { beat, ordered, changedAt } = worker;
      const isFree = beat.state === 'idle' && beat.order === ordered;
      if (isFree && !this.isSuperseded(worker.hello.id) && performance.now() - changedAt < SILENT_MS)
        return worker;
    }
    return null;
  }

  async #read(): Promise<void> {
    const ids = (await listWorkers(this.#spool)).filter((id) => !this.#left.has(id));
    await Promise.all(ids.map((id) => this.#readOne(id)));
    this.#refreshedAt = performance.now();
  }

  async #readOne(id: string): Promise<void> {
    const beat = await readWorkerRecord<WorkerBeat>(this.#spool, id, WORKER_FILES.beat);
    if (beat === null) return;
    const known = this.#known.get(id) ?? (await this.#meet(id, beat));
    if (known === null) return;
    if (beat.seq !== known.beat.seq) known.changedAt = performance.now();
    known.beat = beat;
    if (beat.state !== 'busy' && beat.refusal === null && beat.order > known.carriedOut) {
      known.carriedOut = beat.order;
      this.#carriedOut++;
    }
    if (beat.state !== 'left') return;
    this.#known.delete(id);
    this.#left.add(id);
  }

  async #meet(id: string, beat: WorkerBeat): Promise<Known | null> {
    const hello = await readWorkerRecord<WorkerHello>(this.#spool, id, WORKER_FILES.hello);
    if (hello === null || hello.id !== id) return null;
    // An earlier coordinator may have left an order that is not taken up yet.
    const order = await readWorkerRecord<WorkerOrder>(this.#spool, id, WORKER_FILES.order);
    const signal = await readWorkerRecord<WorkerSignal>(this.#spool, id, WORKER_FILES.signal);
    const known = {
      hello,
      beat,
      changedAt: performance.now(),
      ordered: order?.seq ?? -1,
      signalled: signal?.seq ?? -1,
      isDismissed: false,
      carriedOut: beat.state === 'busy' ? beat.order - 1 : beat.order,
    };
    this.#known.set(id, known);
    return known;
  }
}

const isBusy = ({ beat }: Known): boolean => beat.state === 'busy';

/** A worker's id: its job, how often that was restarted, something random. */
const jobOf = (id: string): string => id.split('.')[0]!;
const startOf = (id: string): number => Number(id.split('.')[1]);

function viewOf({ hello, beat, changedAt }: Known): WorkerView {
  return { hello, beat, silentMs: performance.now() - changedAt };
}
