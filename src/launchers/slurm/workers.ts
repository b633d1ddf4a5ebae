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

  /** Whether a worker of this job is there, was there and has left, or never came. */
  presenceOf(jobId: string): 'here' | 'left' | 'never' {
    for (const { hello } of this.#known.values()) if (hello.jobId === jobId) return 'here';
    for (const id of this.#left) if (id.startsWith(`${jobId}.`)) return 'left';
    return 'never';
  }

  hasIdle(): boolean {
    return this.#findIdle() !== null;
  }

  /**
   * Hands an order to an idle worker and waits until it has started it.
   * @throws {HpoError} no worker is idle for long, or the worker refuses or falls silent
   */
  async order(run: Omit<RunOrder, 'type' | 'seq'>): Promise<WorkerView> {
    const worker = await this.#awaitIdle();
    const seq = worker.ordered + 1;
    worker.ordered = seq;
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
    await Promise.all(
      [...this.#known.values()].map(async (worker) => {
        const order: WorkerOrder = { type: 'leave', epoch, seq: ++worker.ordered };
        await writeWorkerRecord(this.#spool, worker.hello.id, WORKER_FILES.order, order).catch(() => {});
      }),
    );
  }

  async #awaitIdle(): Promise<Known> {
    for (const start = performance.now(); performance.now() - start < ANSWER_MS; await sleep(REFRESH_MS)) {
      await this.refresh();
      const idle = this.#findIdle();
      if (idle !== null) return idle;
    }
    throw new HpoError('No worker is free.');
  }

  #findIdle(): Known | null {
    for (const worker of this.#known.values()) {
      const { beat, ordered, changedAt } = worker;
      const isFree = beat.state === 'idle' && beat.order === ordered;
      if (isFree && performance.now() - changedAt < SILENT_MS) return worker;
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
    };
    this.#known.set(id, known);
    return known;
  }
}

function viewOf({ hello, beat, changedAt }: Known): WorkerView {
  return { hello, beat, silentMs: performance.now() - changedAt };
}
