import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningTrial } from '../domain/ports.ts';
import { type AttemptStarted, isProvenGone, isStopped } from '../protocol/index.ts';
import { currentProcesses, type ProcessRow, recentProcesses } from './process-table.ts';

/** A trial that runs as a process of this machine. */
export class TrialProcess implements RunningTrial {
  readonly token: string;
  readonly dir: string;
  readonly pid: number;
  readonly jobId = null;
  readonly #started: AttemptStarted;
  /** Start times by pid of what was its own: a descendant without group, parent and environment is known only from before. */
  readonly #own = new Map<number, string>();

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
    if (!isProvenGone(this.#started)) {
      this.#rememberOwn();
      send(-this.pid, name) || send(this.pid, name);
      // What is suspended would hear of it only when it goes on.
      if (name === 'SIGTERM') send(-this.pid, 'SIGCONT');
    }
    if (name === 'SIGKILL') await this.#killOwn();
  }

  async wakeSupervisor(): Promise<void> {
    const supervisor = currentProcesses().supervisorOf(this.token);
    if (supervisor !== null) send(supervisor.pid, 'SIGCONT');
  }

  #rememberOwn(): void {
    const tree = currentProcesses().treeOf(this.pid, this.token, this.#started.pidStartTime);
    for (const { pid, startTime } of tree) this.#own.set(pid, startTime);
  }

  /** Again until none is left: a process may fork between being seen and being killed. */
  async #killOwn(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      const left = this.#findOwn();
      if (left.length === 0) return;
      for (const { pid } of left) send(pid, 'SIGKILL');
      await sleep(5);
    }
  }

  #findOwn(): ProcessRow[] {
    const table = currentProcesses();
    const carriers = new Set(table.carriersOf(this.token, this.#started.pidStartTime));
    return table.rows.filter((row) => carriers.has(row) || this.#own.get(row.pid) === row.startTime);
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
