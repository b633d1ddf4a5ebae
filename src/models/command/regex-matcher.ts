import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Found, MetricPattern } from './metric-pattern.ts';
import { REGEX_WORKER } from './regex-worker.ts';

/** A match that takes longer than this is cut. Processor time: on a busy machine nothing is cut for having to wait. */
const MAX_MATCH_MS = 100;
/** A pattern that was cut so often is given up: the program waits for each cut. */
const MAX_CUTS = 10;
const LOOK_MS = 20;

/** Matches lines against patterns in a worker thread, since some patterns explode. Owns the thread. */
export class RegexMatcher {
  readonly #patterns: (MetricPattern | null)[];
  readonly #cuts: number[];
  /** See regex-worker.ts. */
  readonly #at = new Int32Array(new SharedArrayBuffer(16));
  #worker: Worker | null = null;
  #latest: Promise<readonly Found[]> = Promise.resolve([]);

  constructor(patterns: readonly MetricPattern[]) {
    this.#patterns = [...patterns];
    this.#cuts = patterns.map(() => 0);
  }

  /** Lines on which a pattern was cut. */
  get cuts(): number {
    return this.#cuts.reduce((sum, cuts) => sum + cuts, 0);
  }

  /** What was found, by line; a line that a pattern explodes on yields nothing. */
  async match(lines: readonly string[]): Promise<readonly Found[]> {
    // One after the other, in the order of asking.
    const before = this.#latest;
    this.#latest = this.#matchAfter(before, lines);
    return this.#latest;
  }

  async #matchAfter(before: Promise<unknown>, lines: readonly string[]): Promise<readonly Found[]> {
    await before;
    const todo = [...lines];
    for (;;) {
      const found = await this.#tryMatch(todo);
      if (found !== null) return found;
      const [line, pattern] = [this.#at[2]!, this.#at[3]!];
      todo[line] = '';
      this.#cuts[pattern]!++;
      if (this.#cuts[pattern]! >= MAX_CUTS) this.#patterns[pattern] = null;
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** Null when a match was cut; the thread is then gone. */
  async #tryMatch(lines: readonly string[]): Promise<readonly Found[] | null> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const watch = new StallWatch(this.#at);
    const listening = new AbortController();
    const { signal } = listening;
    try {
      worker.postMessage(lines);
      const answer = await Promise.race([
        once(worker, 'message', { signal }) as Promise<[readonly Found[]]>,
        watch.stalled,
      ]);
      if (answer === null) await this.close();
      return answer?.[0] ?? null;
    } finally {
      watch.close();
      listening.abort();
    }
  }

  #start(): Worker {
    this.#at.fill(0);
    return new Worker(REGEX_WORKER, {
      eval: true,
      execArgv: [],
      workerData: { patterns: this.#patterns, at: this.#at },
    });
  }
}

/** Sees a match that does not end. Owns a timer. */
class StallWatch {
  /** Settles only when there is one. */
  readonly stalled: Promise<null>;
  #timer: NodeJS.Timeout | undefined;

  constructor(at: Int32Array) {
    let [seen, since] = [-1, cpuMs()];
    this.stalled = new Promise((resolve) => {
      this.#timer = setInterval(() => {
        const begun = Atomics.load(at, 0);
        if (begun !== seen || Atomics.load(at, 1) === 0) [seen, since] = [begun, cpuMs()];
        else if (cpuMs() - since >= MAX_MATCH_MS) resolve(null);
      }, LOOK_MS);
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Of this process, all threads: while one matches, the others wait. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
