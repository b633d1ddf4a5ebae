import { findBestTrial, isCandidate } from './best-trials.ts';
import { isFeasible } from './constraint.ts';
import { type Direction, isBetter } from './objective.ts';
import { type ResampledScores, type Resampling, resampledScoresOf } from './resampling.ts';
import { statisticsOf } from './score-statistics.ts';
import type { Study, StudySpec } from './study.ts';
import { type CompleteTrial, detailsOf, type FrozenTrial, type Json } from './trial.ts';

/**
 * The second look at the leaders of a search. A search overfits its validation set: within a standard error of the best
 * score the order of the trials is luck. So the leaders are scored again, by several trainings each, and the best mean is
 * picked.
 *
 * What is found is kept with the study, in its system attributes, and nowhere else: the trials stay as they ended, so that
 * samplers, pruners, counts and Optuna's own tools see the search as it was.
 */
export interface Confirmation {
  /** Number of the trial whose mean is the best. */
  readonly picked: number;
  /** Number of the trial that had the best validation score then. */
  readonly best: number;
  /** What the scores rest on, see {@link confirmationBasis}. */
  readonly basis: string;
  /** The best mean first. */
  readonly candidates: readonly ConfirmedTrial[];
}

export interface ConfirmedTrial {
  readonly number: number;
  /** Of the search: on the validation set. */
  readonly value: number;
  readonly scores: ResampledScores;
}

/** System attributes of the study. */
export const CONFIRMATION_ATTRS = {
  outcome: 'hpo:confirmation',
  /** Each trial's scores, as soon as they are known: an interrupted confirmation goes on from there. */
  ofTrial: (number: number): string => `hpo:confirmation:${number}`,
} as const;

/** Trainings of each trial. */
export const CONFIRMATION_TRAININGS = 5;

/** Scores are comparable, and worth keeping, where these agree: data, objective and the way of resampling. */
export function confirmationBasis(
  { data, objectives, seed }: Pick<StudySpec, 'data' | 'objectives' | 'seed'>,
  by: Resampling['by'],
): string {
  const identify = (ref: NonNullable<StudySpec['data']>['test']): unknown => ref && [ref.sha256, ref.options];
  const files = data && [data.train, data.valid, data.test].map(identify);
  return JSON.stringify([
    by,
    CONFIRMATION_TRAININGS,
    seed,
    files,
    data?.dedupe ?? null,
    objectives[0] ?? null,
  ]);
}

/**
 * The trials that cannot be told from the best: within one standard error of its value, at most `most`, the best first.
 * Where no standard error is known (a loss, a program's own metric), the `most` best.
 */
export function findLeaders(
  study: Pick<Study, 'directions'>,
  trials: readonly FrozenTrial[],
  most: number,
): readonly CompleteTrial[] {
  const best = findBestTrial(study, trials);
  if (best === null) return [];
  const [direction, reach] = [study.directions[0]!, standardErrorOf(best) ?? Number.POSITIVE_INFINITY];
  return trials
    .filter((trial): trial is CompleteTrial => isCandidate(trial) && isFeasible(trial))
    .filter(({ values }) => Math.abs(values[0]! - best.values[0]!) <= reach)
    .sort((a, b) => compare(direction, a.values[0]!, b.values[0]!) || a.number - b.number)
    .slice(0, most);
}

/** Of a trial's value; null where it is not known. */
function standardErrorOf(trial: CompleteTrial): number | null {
  const folds = resampledScoresOf(detailsOf(trial));
  if (folds !== null) return folds.sd / Math.sqrt(folds.values.length);
  return statisticsOf(trial)?.standardError ?? null;
}

/** Picks the best mean; of equals the better validation score. @param candidates at least one, the best value first */
export function concludeConfirmation(
  { directions }: Pick<Study, 'directions'>,
  { best, basis, candidates }: Omit<Confirmation, 'picked'>,
): Confirmation {
  const direction = directions[0]!;
  const ranked = [...candidates].sort((a, b) => compare(direction, a.scores.mean, b.scores.mean));
  return { picked: ranked[0]!.number, best, basis, candidates: ranked };
}

/** The better one first. */
function compare(direction: Direction, a: number, b: number): number {
  return Number(isBetter(direction, b, a)) - Number(isBetter(direction, a, b));
}

/** A study's confirmation; null where there was none, or where the search went on to another best trial or other data. */
export function findConfirmation(
  study: Pick<Study, 'directions' | 'systemAttrs' | 'spec'>,
  trials: readonly FrozenTrial[],
): Confirmation | null {
  const stored = (study.systemAttrs[CONFIRMATION_ATTRS.outcome] ?? null) as unknown as Confirmation | null;
  if (stored === null || study.spec === null) return null;
  const by = stored.candidates[0]?.scores.by ?? 'folds';
  const stands =
    stored.basis === confirmationBasis(study.spec, by) &&
    findBestTrial(study, trials)?.number === stored.best &&
    findTrial(trials, stored.picked) !== null;
  return stands ? stored : null;
}

/** The trial that a confirmation picked, if there is one that stands, else the best by validation score. */
export function findPickedTrial(
  study: Pick<Study, 'directions' | 'systemAttrs' | 'spec'>,
  trials: readonly FrozenTrial[],
): CompleteTrial | null {
  const confirmation = findConfirmation(study, trials);
  return confirmation === null ? findBestTrial(study, trials) : findTrial(trials, confirmation.picked);
}

function findTrial(trials: readonly FrozenTrial[], number: number): CompleteTrial | null {
  const trial = trials.find((one) => one.number === number);
  return trial !== undefined && isCandidate(trial) ? trial : null;
}

/** What an earlier confirmation found of a trial, on the same basis; else null. */
export function knownScores(
  { systemAttrs }: Pick<Study, 'systemAttrs'>,
  number: number,
  basis: string,
): ResampledScores | null {
  const stored = systemAttrs[CONFIRMATION_ATTRS.ofTrial(number)] as unknown as StoredScores | undefined;
  return stored?.basis === basis ? stored.scores : null;
}

interface StoredScores {
  readonly basis: string;
  readonly scores: ResampledScores;
}

/** A trial's scores as {@link CONFIRMATION_ATTRS} keeps them. */
export function storeScores(basis: string, scores: ResampledScores): Json {
  return { basis, scores } satisfies StoredScores as unknown as Json;
}
