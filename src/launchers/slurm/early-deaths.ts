import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HpoError } from '../../domain/errors.ts';
import { describeEnd, fateOf, hasEnded, type TaskState } from './slurm-commands.ts';
import type { Workers } from './workers.ts';

/** A worker that dies within this time of its start has hardly begun. */
const YOUNG_SECONDS = 60;
/** So many in a row, with no trial done in between: something is wrong with all of them. */
const MAX_IN_A_ROW = 3;

/** Workers that die young, one after another: submitting ever more of them would help nobody. */
export class EarlyDeaths {
  readonly #workers: Workers;
  readonly #logDir: string;
  /** Tasks that have ended and were looked at. */
  readonly #seen = new Set<string>();
  #inARow: TaskState[] = [];
  #carriedOut = 0;

  constructor(workers: Workers, logDir: string) {
    this.#workers = workers;
    this.#logDir = logDir;
  }

  /** @throws {HpoError} with the reason, after three */
  async check(tasks: readonly TaskState[]): Promise<void> {
    await this.#workers.refresh();
    if (this.#workers.carriedOut > this.#carriedOut) this.#inARow = [];
    this.#carriedOut = this.#workers.carriedOut;
    for (const task of tasks) {
      if (!hasEnded(task.state) || this.#seen.has(task.id)) continue;
      this.#seen.add(task.id);
      if (this.#diedYoung(task)) this.#inARow.push(task);
    }
    if (this.#inARow.length >= MAX_IN_A_ROW) throw await this.#describe();
  }

  #diedYoung(task: TaskState): boolean {
    const presence = this.#workers.presenceOf(task.id);
    if (fateOf(task) !== 'died' || presence === 'left') return false;
    return presence === 'never' || task.ranSeconds < YOUNG_SECONDS;
  }

  async #describe(): Promise<HpoError> {
    const { id } = this.#inARow.at(-1)!;
    const end = await describeEnd(id).catch(() => '');
    return new HpoError(
      `${this.#inARow.length} workers died within ${YOUNG_SECONDS} s of their start; no more are submitted.`,
      {
        details: [...(end === '' ? [] : [`job ${id}: ${end}`]), ...(await this.#lastWords(id))],
        fix: `look at ${join(this.#logDir, `${id}.out`)}, then run the same command again`,
      },
    );
  }

  async #lastWords(id: string): Promise<string[]> {
    const text = await readFile(join(this.#logDir, `${id}.out`), 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-10);
  }
}
