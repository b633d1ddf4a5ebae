import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ATTEMPT_FILES } from '../protocol/index.ts';

/** Reports that come close together are read together. */
const REST_MS = 20;

/** Wakes whoever follows a trial when its folder changes. Owns a watcher, and does without where there is none. */
export class FolderWatch {
  #watcher: FSWatcher | null = null;
  #changed = false;
  #wake: (() => void) | null = null;
  #resting: NodeJS.Timeout | null = null;

  constructor(dir: string) {
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
    this.#fire();
  }

  /** Only these matter: a talkative trial must not keep the engine awake. */
  #onChange(name: string | null): void {
    if (name === ATTEMPT_FILES.exit) this.#fire();
    else if (name === ATTEMPT_FILES.reports) this.#resting ??= setTimeout(() => this.#fire(), REST_MS);
  }

  #fire(): void {
    if (this.#resting !== null) clearTimeout(this.#resting);
    this.#resting = null;
    this.#changed = true;
    this.#wake?.();
  }
}
