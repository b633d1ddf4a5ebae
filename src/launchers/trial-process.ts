import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningTrial } from '../domain/ports.ts';
import { type AttemptStarted, isProvenGone, isStopped } from '../protocol/index.ts';
import { currentProcesses, recentProcesses } from './process-table.ts';

/** A trial that runs as a process of this machine. */
export class TrialProcess implements RunningTrial {
  readonly token: string;
  readonly dir: string;
  readonly pid: number;
  readonly jobId = null;
  readonly #started: AttemptStarted;

  constructor(dir: string, started: AttemptStarted) {
    this.dir = dir;
    this.token = started.token;
    this.pid = started.pid;
    this.#started = started;
  }

  async isAlive(): Promise<boolean> {
    return !isProvenGone(this.#started);
  }

  async isSuspended(): Promise<boolean> {
    return isStopped(this.pid);
  }

  async memoryBytes(): Promise<number> {
    if (isProvenGone(this.#started)) return 0;
    const tree = recentProcesses().treeOf(this.pid, this.token, this.#started.pidStartTime);
    return tree.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  }

  async signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    // Only while the leader lives is its number surely the group's.
    if (!isProvenGone(this.#started)) send(-this.pid, name) || send(this.pid, name);
    if (name === 'SIGKILL') await this.#killCarriers();
  }

  /** Again until none is left: a process may fork between being seen and being killed. */
  async #killCarriers(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      const carriers = currentProcesses().carriersOf(this.token, this.#started.pidStartTime);
      if (carriers.length === 0) return;
      for (const { pid } of carriers) send(pid, 'SIGKILL');
      await sleep(5);
    }
  }
}

/** @returns whether there was anybody to take it */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
