import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ATTEMPT_FILES, type AttemptStarted, processStartTime, readRecord } from '../protocol/index.ts';
import type { Attempt } from './attempt.ts';

const ALIVE_INTERVAL_MS = 1000;
/** What a supervisor that is gone has written is there by now. */
const EXIT_RECORD_MS = 1000;
/** One that is still there may be starved by a busy machine; one that is suspended is woken. */
const SUPERVISOR_PATIENCE_MS = 30_000;

/** Whether an attempt has ended: its exit record, or a process that is gone and a supervisor that stays silent. */
export class EndDetector {
  readonly #attempt: Attempt;
  #lookedAt = performance.now();
  #goneAt: number | null = null;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  async look(): Promise<boolean> {
    if (existsSync(join(this.#attempt.dir, ATTEMPT_FILES.exit))) return true;
    const now = performance.now();
    if (this.#goneAt !== null) return this.#isHopeless(now - this.#goneAt);
    if (now - this.#lookedAt < ALIVE_INTERVAL_MS) return false;
    this.#lookedAt = now;
    if (!(await this.#attempt.running.isAlive())) this.#goneAt = now;
    return false;
  }

  async #isHopeless(silentMs: number): Promise<boolean> {
    if (silentMs <= EXIT_RECORD_MS) return false;
    if (silentMs > SUPERVISOR_PATIENCE_MS || !(await hasSupervisor(this.#attempt.dir))) return true;
    await this.#attempt.running.wakeSupervisor?.();
    return false;
  }
}

async function hasSupervisor(dir: string): Promise<boolean> {
  try {
    const started = await readRecord<AttemptStarted>(dir, ATTEMPT_FILES.started);
    if (started === null) return false;
    const since = processStartTime(started.supervisorPid);
    // One that began after its trial is another process with its number (Linux: both in ticks since boot).
    return since !== null && !(Number(since) > Number(started.pidStartTime));
  } catch {
    return false;
  }
}
