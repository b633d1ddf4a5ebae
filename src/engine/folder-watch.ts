import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ATTEMPT_FILES } from '../protocol/index.ts';
import { isLogTooLong } from './log-cap.ts';

/** Reports that come close together are read together. */
const REST_MS = 20;
/** A trial that prints without end writes tens of megabytes in this time. */
const LOG_INTERVAL_MS = 50;

/** Wakes whoever follows a trial when its folder changes. Owns a watcher, and does without where there is none. */
export class FolderWatch {
  #watcher: FSWatcher | null = null;
  #changed = false;
  /** An adopted trial's log may be too long already. */
  #longLog = true;
  #wake: (() => void) | null = null;
  #resting: NodeJS.Timeout | null = null;
  #logResting: NodeJS.Timeout | null = null;
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    try {
      this.#watcher = watch(dir, (_event, name) => this.#onChange(name));
      this.#watcher.on('error', () => this.close());
    } catch {
      // The folder is gone, or the system's limit on watches is reached: then the pauses alone set the pace.
    }
  }

  /** Until the folder changes, at most `idleMs`; where changes cannot be seen, a shorter while. */
  async wait(idleMs: number): Promise<void> {
    if (this.#watcher === null) {
      await sleep(Math.min(idleMs, 60));
      return;
    }
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, idleMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    this.#changed = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#logResting !== null) clearTimeout(this.#logResting);
    this.#fire();
  }

  /** Only these matter: a talkative trial must not keep the engine awake. */
  #onChange(name: string | null): void {
    if (name === ATTEMPT_FILES.exit) this.#fire();
    else if (name === ATTEMPT_FILES.reports) this.#resting ??= setTimeout(() => this.#fire(), REST_MS);
    else if (name === ATTEMPT_FILES.log)
      this.#logResting ??= setTimeout(() => this.#lookAtLog(), LOG_INTERVAL_MS);
  }

  #lookAtLog(): void {
    this.#logResting = null;
    this.#longLog = isLogTooLong(this.#dir);
    if (this.#longLog) this.#fire();
  }

  /** Whether the log has grown too long since it was last asked for. */
  takeLongLog(): boolean {
    const isLong = this.#watcher === null ? isLogTooLong(this.#dir) : this.#longLog;
    this.#longLog = false;
    return isLong;
  }

  #fire(): void {
    if (this.#resting !== null) clearTimeout(this.#resting);
    this.#resting = null;
    this.#changed = true;
    this.#wake?.();
  }
}
