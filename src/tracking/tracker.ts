import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Params } from '../domain/distribution.ts';
import type { TrainReport } from '../domain/training.ts';
import {
  encodeFileVersion,
  encodeScalars,
  encodeSessionEnd,
  encodeSessionStart,
  type SessionStatus,
} from './events.ts';
import { STEPS_METRIC, tagMetrics } from './tags.ts';
import { frameRecord } from './tfrecord.ts';

/**
 * Writes the course of a training for others to look at: a TensorBoard event file, with the parameters for its hparams
 * page, and the same reports as JSON lines in metrics.jsonl. Owns both open files. Each report is written at once, so that
 * a training that is killed leaves what it told.
 */
export class Tracker {
  readonly #events: number;
  readonly #lines: number;

  /** @param dir is made if need be; TensorBoard takes it for one run. */
  constructor(dir: string, params: Params) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const wallTime = secondsNow();
    // Names that TensorBoard sorts by time; it looks for "tfevents".
    const name = `events.out.tfevents.${Math.floor(wallTime)}.${hostname()}.${process.pid}`;
    this.#events = openSync(join(dir, name), 'a', 0o600);
    this.#lines = openSync(join(dir, 'metrics.jsonl'), 'a', 0o600);
    this.#append(encodeFileVersion(wallTime));
    this.#append(encodeSessionStart(wallTime, params));
  }

  write({ step, progress, metrics }: TrainReport): void {
    const wallTime = secondsNow();
    this.#append(encodeScalars(wallTime, metrics[STEPS_METRIC] ?? step, tagMetrics(metrics)));
    // JSON has no NaN: null stands for it.
    writeSync(this.#lines, `${JSON.stringify({ step, progress, wallTime, metrics })}\n`);
  }

  close(status: SessionStatus): void {
    this.#append(encodeSessionEnd(secondsNow(), status));
    closeSync(this.#events);
    closeSync(this.#lines);
  }

  #append(event: Uint8Array): void {
    writeSync(this.#events, frameRecord(event));
  }
}

const secondsNow = (): number => Date.now() / 1000;
