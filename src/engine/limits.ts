import type { Attempt } from './attempt.ts';
import type { StopReason } from './judge.ts';
import type { OptimizeOptions } from './options.ts';

/** A longer pause between two looks means that this process was suspended, and its trials most likely with it. */
const MAX_PAUSE_MS = 5000;
const MEMORY_INTERVAL_MS = 200;

/** Watches one attempt's wall time and the memory of its process tree. */
export class Limits {
  readonly #options: Pick<OptimizeOptions, 'trialTimeoutMs' | 'memoryLimitBytes'>;
  readonly #attempt: Attempt;
  #elapsedMs: number;
  #lookedAt = performance.now();
  #memoryLookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: Pick<OptimizeOptions, 'trialTimeoutMs' | 'memoryLimitBytes'>, attempt: Attempt) {
    this.#options = options;
    this.#attempt = attempt;
    this.#elapsedMs = attempt.ageMs;
  }

  /** Which limit was passed, if any. */
  async check(): Promise<{ readonly reason: StopReason; readonly message: string } | null> {
    const { trialTimeoutMs, memoryLimitBytes } = this.#options;
    const now = performance.now();
    const isSuspended = trialTimeoutMs !== null && (await this.#attempt.running.isSuspended?.());
    if (!isSuspended) this.#elapsedMs += Math.min(now - this.#lookedAt, MAX_PAUSE_MS);
    this.#lookedAt = now;
    if (trialTimeoutMs !== null && this.#elapsedMs > trialTimeoutMs)
      return { reason: 'timeout', message: `ran longer than ${trialTimeoutMs / 1000} s` };
    if (memoryLimitBytes === null || now - this.#memoryLookedAt < MEMORY_INTERVAL_MS) return null;
    this.#memoryLookedAt = now;
    const bytes = await this.#attempt.running.memoryBytes();
    if (bytes <= memoryLimitBytes) return null;
    return { reason: 'out-of-memory', message: `used ${megabytes(bytes)} of ${megabytes(memoryLimitBytes)}` };
  }
}

export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
