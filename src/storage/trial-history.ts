import { type FrozenTrial, isFinished } from '../domain/trial.ts';
import type { Sql } from './sql.ts';
import { TRIALS } from './statements.ts';
import { readTrialsAfter, readTrialsById } from './trial-rows.ts';

/** Trials a transaction: short enough for writers and for the event loop. */
const CHUNK = 500;

/** What a history needs of a connection. */
export interface HistorySource {
  read<T>(body: (sql: Sql) => T): Promise<T>;
  /** Changes with every commit of anybody; to be asked inside a transaction. */
  changeCounter(): string;
}

/** A study's trials, kept between calls: finished ones never change, so only the others and new ones are read again. */
export interface TrialHistory {
  refresh(): Promise<readonly FrozenTrial[]>;
}

export function createTrialHistory(source: HistorySource, studyId: number): TrialHistory {
  let trials: readonly FrozenTrial[] = [];
  let seen = '';
  let turn: Promise<unknown> = Promise.resolve();

  const update = async (): Promise<readonly FrozenTrial[]> => {
    for (;;) {
      const step = await source.read((sql) => readStep(sql, source, { studyId, trials, seen }));
      ({ trials, seen } = step);
      if (step.complete) return trials;
      // A first read of thousands of trials lets others have the event loop in between.
      await new Promise(setImmediate);
    }
  };

  return {
    // One after another: two interleaved updates would both append the same trials.
    async refresh() {
      const previous = turn;
      const { promise, resolve } = withResolver();
      turn = promise;
      await previous;
      try {
        return await update();
      } finally {
        resolve();
      }
    },
  };
}

interface Known {
  readonly studyId: number;
  readonly trials: readonly FrozenTrial[];
  /** The change counter at which `trials` was the whole truth; empty: never. */
  readonly seen: string;
}

function readStep(
  sql: Sql,
  source: HistorySource,
  { studyId, trials, seen }: Known,
): Known & { readonly complete: boolean } {
  const now = source.changeCounter();
  if (now === seen) return { studyId, trials, seen, complete: true };
  // Fewer than before: deleted and made anew under the same id.
  const { n } = sql.get<{ n: number }>(TRIALS.count, studyId)!;
  const known = n < trials.length ? [] : refreshUnfinished(sql, trials);
  const lastId = known.reduce((last, { id }) => Math.max(last, id), 0);
  const added = n > known.length ? readTrialsAfter(sql, studyId, lastId, CHUNK) : [];
  const all = [...known, ...added].sort((a, b) => a.number - b.number);
  const complete = added.length < CHUNK;
  return { studyId, trials: all, seen: complete ? now : '', complete };
}

function refreshUnfinished(sql: Sql, trials: readonly FrozenTrial[]): readonly FrozenTrial[] {
  const open = trials.filter((trial) => !isFinished(trial)).map(({ id }) => id);
  if (open.length === 0) return trials;
  const fresh = new Map(readTrialsById(sql, open).map((trial) => [trial.id, trial]));
  return trials.map((trial) => fresh.get(trial.id) ?? trial);
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
