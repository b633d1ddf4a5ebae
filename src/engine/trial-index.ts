import { findBestTrials, findFront } from '../domain/best-trials.ts';
import type { BoundStudy } from '../domain/study.ts';
import { type CompleteTrial, type FinishedTrial, type FrozenTrial, isFinished } from '../domain/trial.ts';
import { hasTellingLog, WHOLE_LOGS } from './kept-logs.ts';
import { isRepeat, type KnownTrials, keyOf, teaches } from './repeats.ts';

/**
 * What a search asks about all trials of its study again and again, kept from change to change: looking through ten
 * thousand trials several times a trial would take longer than all else that the engine does for it.
 */
export interface TrialIndex extends KnownTrials {
  /** Those that wait or run, by number. */
  readonly open: readonly FrozenTrial[];
  /** How many ended complete or pruned. */
  readonly done: number;
  /** See {@link findFront}. */
  readonly front: readonly CompleteTrial[];
  /** See {@link findBestTrials}. */
  readonly best: readonly CompleteTrial[];
  /** Numbers of the latest failed trials whose logs may tell something, rising; at most {@link WHOLE_LOGS}. */
  readonly logged: readonly number[];
  /** All but this trial and the excluded ones. */
  readonly listOthers: (number: number) => readonly FrozenTrial[];
}

interface Known extends Omit<TrialIndex, keyof KnownTrials | 'listOthers'> {
  readonly trials: readonly FrozenTrial[];
  readonly hasExcluded: boolean;
  /** Of each configuration that ended trials have run the lowest number. */
  readonly firstOf: Map<string, number>;
}

/**
 * @param count how many of the best are asked for
 * @returns what brings the index up to date: to be given all trials of the study, those that have not changed as the same objects
 */
export function createTrialIndex(
  study: BoundStudy,
  count: number,
): (trials: readonly FrozenTrial[]) => TrialIndex {
  let known = nothing();
  return (trials) => {
    known = update(study, count, known, trials);
    return describe(known);
  };
}

const nothing = (): Known => ({
  trials: [],
  open: [],
  done: 0,
  front: [],
  best: [],
  logged: [],
  hasExcluded: false,
  firstOf: new Map(),
});

function describe(known: Known): TrialIndex {
  const { trials, open, hasExcluded, firstOf } = known;
  return {
    ...known,
    isRepeat: (params, before) =>
      (firstOf.get(keyOf(params)) ?? before) < before ||
      isRepeat(
        params,
        open.filter(({ number }) => number < before),
      ),
    listOthers: (number) => {
      // Copies, but looks at no trial.
      if (!hasExcluded && trials[number]?.number === number)
        return [...trials.slice(0, number), ...trials.slice(number + 1)];
      return trials.filter((trial) => trial.number !== number && !trial.excluded);
    },
  };
}

function update(study: BoundStudy, count: number, before: Known, trials: readonly FrozenTrial[]): Known {
  if (trials === before.trials) return before;
  const places = listChanged(before.trials, trials);
  // Where ended trials are others now, marks came or went, or it is another study under the same id.
  const isGrown = trials.length >= before.trials.length && places.every((i) => !isEnded(before.trials[i]));
  const known = isGrown ? before : nothing();
  const fresh = isGrown ? places.map((i) => trials[i]!) : trials;
  const ended = fresh.filter(isFinished);
  for (const trial of ended) noteParams(known.firstOf, trial);
  const front = findFront(study, inOrder([...known.front, ...ended]));
  const logged = [...known.logged, ...ended.filter(hasTellingLog).map(({ number }) => number)];
  const changed = new Set(fresh.map(({ id }) => id));
  const stillOpen = known.open.filter(({ id }) => !changed.has(id));
  return {
    trials,
    open: inOrder([...stillOpen, ...fresh.filter((trial) => !isFinished(trial))]),
    done: known.done + ended.filter(({ state }) => state !== 'fail').length,
    front,
    best: joinBest(study, count, { ...known, front, trials }, ended),
    logged: logged.sort((a, b) => a - b).slice(-WHOLE_LOGS),
    hasExcluded: known.hasExcluded || fresh.some(({ excluded }) => excluded),
    firstOf: known.firstOf,
  };
}

/** Compares references alone: some microseconds for ten thousand. */
function listChanged(before: readonly FrozenTrial[], now: readonly FrozenTrial[]): number[] {
  const places: number[] = [];
  for (let i = 0; i < now.length; i++) if (now[i] !== before[i]) places.push(i);
  return places;
}

const isEnded = (trial: FrozenTrial | undefined): boolean => trial !== undefined && isFinished(trial);

function noteParams(firstOf: Map<string, number>, trial: FinishedTrial): void {
  if (!teaches(trial)) return;
  const key = keyOf(trial.params);
  firstOf.set(key, Math.min(firstOf.get(key) ?? trial.number, trial.number));
}

function joinBest(
  study: BoundStudy,
  count: number,
  { best, front, trials }: Pick<Known, 'best' | 'front' | 'trials'>,
  ended: readonly FinishedTrial[],
): readonly CompleteTrial[] {
  if (study.directions.length === 1) return findBestTrials(study, inOrder([...best, ...ended]), count);
  // Of several objectives the front comes first: what did not get into it changes nothing.
  const isFrontEnough = front.length >= count && best.length >= count;
  const joined = ended.some((trial) => trial.state === 'complete' && front.includes(trial));
  return isFrontEnough && !joined ? best : findBestTrials(study, trials, count);
}

/** Of equals the earlier counts, whichever ended first. */
const inOrder = <Trial extends FrozenTrial>(trials: readonly Trial[]): Trial[] =>
  trials.toSorted((a, b) => a.number - b.number);
