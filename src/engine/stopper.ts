import { ATTEMPT_FILES, writeControl, writeRecord } from '../protocol/index.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptEnd } from './judge.ts';

/** A process that cannot be killed (it hangs in the kernel) does not hold the slot longer than this after SIGKILL. */
const GIVE_UP_MS = 30_000;
/** What eats memory gets little time to go quietly. */
const MEMORY_GRACE_MS = 1000;

/** Ends one attempt: control.json and SIGTERM, a grace period, SIGKILL to all that belongs to it. */
export class Stopper {
  readonly #attempt: Attempt;
  readonly #graceMs: number;
  #stop: AttemptEnd['stop'] = null;
  #askedAt: number | null = null;
  #killedAt = 0;

  constructor(attempt: Attempt, graceMs: number) {
    this.#attempt = attempt;
    this.#graceMs = graceMs;
  }

  get stop(): AttemptEnd['stop'] {
    return this.#stop;
  }

  get isAsked(): boolean {
    return this.#askedAt !== null;
  }

  /** The trial is asked to write its checkpoint and go; it will be run on elsewhere. */
  async release(): Promise<void> {
    if (this.#askedAt !== null) return;
    this.#askedAt = performance.now();
    const { dir, token } = this.#attempt;
    // On record first: however the trial takes it, it is not to blame for its end.
    await writeRecord(dir, ATTEMPT_FILES.interrupted, { token }).catch(() => {});
    await this.#attempt.running.signal('SIGTERM');
  }

  /** The first reason counts. */
  async ask(stop: NonNullable<AttemptEnd['stop']>): Promise<void> {
    if (this.#stop !== null) return;
    this.#stop = stop;
    this.#askedAt ??= performance.now();
    await writeControl(this.#attempt.dir, { stop: stop.reason }).catch(() => {});
    await this.#attempt.running.signal('SIGTERM');
  }

  /** To be called again and again once asked. @returns false when nothing helps. */
  async insist(): Promise<boolean> {
    if (this.#askedAt === null) return true;
    const now = performance.now();
    const isHurried = this.#stop?.reason === 'out-of-memory';
    const graceMs = isHurried ? Math.min(this.#graceMs, MEMORY_GRACE_MS) : this.#graceMs;
    if (now - this.#askedAt < graceMs) return true;
    const waitedMs = this.#killedAt === 0 ? 0 : now - this.#killedAt;
    this.#killedAt ||= now;
    await this.#attempt.running.signal('SIGKILL');
    return waitedMs < GIVE_UP_MS;
  }
}
