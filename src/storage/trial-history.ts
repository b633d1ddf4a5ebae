import { type FrozenTrial, isFinished } from '../domain/trial.ts';
import { createTurns } from '../domain/turns.ts';
import { listExcluded } from './excluded.ts';
import type { Sql } from './sql.ts';
import { TRIALS } from './statements.ts';
import { readTrialsAfter, readTrialsById } from './trial-rows.ts';

/** Trials a transaction: short enough for writers and for the event loop. */
const CHUNK = 250;

/** What a history needs of a connection. */
export interface HistorySource {
  read<T>(body: (sql: Sql) => Promise<T>): Promise<T>;
  /** Changes with every commit of anybody; to be asked inside a transaction. */
  changeCounter(): Promise<string>;
}

/** A study's trials, kept between calls: finished ones never change, so only the others and new ones are read again. */
export interface TrialHistory {
  refresh(): Promise<readonly FrozenTrial[]>;
}

export function createTrialHistory(source: HistorySource, studyId: number): TrialHistory {
  let known = NOTHING;
  const takeTurn = createTurns();

  const update = async (): Promise<readonly FrozenTrial[]> => {
    for (;;) {
      const next = await source.read(async (sql) =>
        readStep(sql, studyId, known, await source.changeCounter()),
      );
      const complete = next.seen !== '';
      known = next;
      if (complete) return known.trials;
      // A first read of thousands of trials lets others have the event loop in between.
      await new Promise(setImmediate);
    }
  };

  return {
    // One after another: two interleaved updates would both append the same trials.
    refresh: () => takeTurn(update),
  };
}

interface Known {
  /** By number. Never changed once handed out. */
  readonly trials: readonly FrozenTrial[];
  /** Where the trials stand that may still change, by id. */
  readonly open: ReadonlyMap<number, number>;
  readonly lastId: number;
  /** Ids of the trials that carry the mark. */
  readonly excluded: ReadonlySet<number>;
  /** The change counter at which this was the whole truth; empty while there is more to read. */
  readonly seen: string;
}

const NOTHING: Known = { trials: [], open: new Map(), lastId: 0, excluded: new Set(), seen: '' };

/** The cost follows what changed, not how many trials there are: a search asks after every report. */
async function readStep(sql: Sql, studyId: number, before: Known, now: string): Promise<Known> {
  if (now === before.seen) return before;
  return markExcluded(await readTrials(sql, studyId, before, now), await listExcluded(sql, studyId));
}

async function readTrials(sql: Sql, studyId: number, before: Known, now: string): Promise<Known> {
  const known = (await isStillThere(sql, studyId, before)) ? before : NOTHING;
  const fresh = known.open.size > 0 ? await readTrialsById(sql, [...known.open.keys()]) : [];
  const added = await readTrialsAfter(sql, studyId, known.lastId, CHUNK);
  const seen = added.length < CHUNK ? now : '';
  if (fresh.length + added.length === 0) return { ...known, seen };
  const trials = known.trials.slice();
  for (const trial of fresh) trials[known.open.get(trial.id)!] = trial;
  trials.push(...added);
  const lastId = added.at(-1)?.id ?? known.lastId;
  return { ...known, trials, open: findOpen(trials, known, fresh), lastId, seen };
}

/** Trials whose mark has come or gone become new objects; all others stay the ones that were handed out. */
function markExcluded(known: Known, ids: readonly number[]): Known {
  if (ids.length === 0 && known.excluded.size === 0) return known;
  const excluded = new Set(ids);
  const trials = known.trials.map((trial) => {
    if (excluded.has(trial.id) === (trial.excluded === true)) return trial;
    const { excluded: _, ...bare } = trial;
    return (excluded.has(trial.id) ? { ...bare, excluded: true } : bare) as FrozenTrial;
  });
  return { ...known, trials, excluded };
}

/** False for a study that was deleted, and perhaps made anew under the same id. */
async function isStillThere(sql: Sql, studyId: number, { lastId }: Known): Promise<boolean> {
  return lastId === 0 || (await sql.get(TRIALS.inStudy, lastId, studyId)) !== undefined;
}

function findOpen(
  trials: readonly FrozenTrial[],
  known: Known,
  fresh: readonly FrozenTrial[],
): ReadonlyMap<number, number> {
  const open = new Map<number, number>();
  for (const { id } of fresh) {
    const index = known.open.get(id)!;
    if (!isFinished(trials[index]!)) open.set(id, index);
  }
  for (let index = known.trials.length; index < trials.length; index++) {
    if (!isFinished(trials[index]!)) open.set(trials[index]!.id, index);
  }
  return open;
}
