import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTEMPT_FILES, type AttemptControl, parseRecord } from '../protocol/index.ts';

/** The reason of an abort: the engine (or a signal) asked the trial to stop. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';
}

/** How the engine's wish to stop reaches a training. Owns a timer and a signal handler. */
export class StopSignal {
  readonly #controller = new AbortController();
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  readonly #onTerm = (): void => this.#stop('SIGTERM');

  constructor(dir: string) {
    this.#path = join(dir, ATTEMPT_FILES.control);
    process.on('SIGTERM', this.#onTerm);
    this.#timer = setInterval(() => this.check(), 500);
    this.#timer.unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Looks at control.json now. Called at every report too: a training that blocks the event loop sees neither the
   * timer nor the signal.
   */
  check(): void {
    const { stop } = readControl(this.#path);
    if (stop !== null) this.#stop(stop);
  }

  close(): void {
    clearInterval(this.#timer);
    process.off('SIGTERM', this.#onTerm);
  }

  #stop(why: string): void {
    if (!this.signal.aborted) this.#controller.abort(new StopRequested(`asked to stop: ${why}`));
  }
}

/** A folder that went away or was emptied is no reason to stop: the supervisor's side decides. */
function readControl(path: string): AttemptControl {
  try {
    return parseRecord<AttemptControl>(readFileSync(path, 'utf8'));
  } catch {
    return { stop: null };
  }
}
