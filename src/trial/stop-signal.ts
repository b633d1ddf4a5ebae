import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StopRequested } from '../domain/ports.ts';
import { ATTEMPT_FILES, type AttemptControl, parseRecord } from '../protocol/index.ts';

/** How the engine's wish to stop reaches a training. Owns a timer and a signal handler. */
export class StopSignal {
  readonly #controller = new AbortController();
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  /** The engine says why before it sends a signal. */
  readonly #onTerm = (): void => {
    this.check();
    this.#stop(null);
  };

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

  #stop(byEngine: string | null): void {
    if (!this.signal.aborted) this.#controller.abort(new StopRequested(byEngine));
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
