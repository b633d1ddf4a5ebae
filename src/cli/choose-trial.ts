import { findBestTrial, findFront, findLeastViolating } from '../domain/best-trials.ts';
import { findPickedTrial } from '../domain/confirmation.ts';
import { NotFoundError, UsageError } from '../domain/errors.ts';
import type { Study } from '../domain/study.ts';
import { type CompleteTrial, type FrozenTrial, TRIAL_STATES } from '../domain/trial.ts';
import { describeBroken } from './output/goals.ts';
import { plain } from './output/plain.ts';
import { valueText } from './output/trial-facts.ts';
import { findTrial } from './which-trial.ts';

/** As typed. */
export interface TrialChoice {
  readonly trial?: number | undefined;
  readonly pick?: string | undefined;
  /** False: whatever a confirmation picked, the best by validation score. */
  readonly confirm?: boolean | undefined;
}

/**
 * The trial that `hpo best` is about: the one that was named, the best by one of several objectives, what a confirmation
 * picked, or the best.
 * @throws {NotFoundError} there is none @throws {UsageError} what was named is none
 */
export function chooseTrial(
  study: Study,
  trials: readonly FrozenTrial[],
  { trial: number, pick, confirm = true }: TrialChoice,
  options: string,
): CompleteTrial {
  if (number !== undefined && pick !== undefined)
    throw new UsageError('--trial and --pick exclude each other', { fix: 'leave one of them out' });
  if (number !== undefined) return completeTrial(findTrial(study, trials, number, options), options);
  const trial =
    pick === undefined && confirm
      ? findPickedTrial(study, trials)
      : findBestTrial(study, trials, pick === undefined ? 0 : objectiveCalled(study, pick));
  if (trial === null) throw noBest(study, trials, options);
  return trial;
}

function completeTrial(trial: FrozenTrial, options: string): CompleteTrial {
  if (trial.state === 'complete') return trial;
  throw new UsageError(`trial ${trial.number} is not complete: ${trial.state}`, {
    fix: `hpo trials --state complete ${options}`,
  });
}

function objectiveCalled({ spec, directions }: Study, name: string): number {
  const metrics = directions.map((_, i) => spec?.objectives[i]?.metric ?? String(i));
  const place = metrics.findIndex((metric) => metric.toLowerCase() === name.toLowerCase());
  if (place >= 0) return place;
  throw new UsageError(`--pick "${name}" is no objective of the study`, {
    fix: `use one of: ${metrics.join(', ')}`,
  });
}

/** Says which of a front was taken where nobody named one. */
export function describeChoice(study: Study, trials: readonly FrozenTrial[], trial: CompleteTrial): string {
  const front = findFront(study, trials).length;
  const metric = plain(study.spec?.objectives[0]?.metric ?? 'the first objective');
  return `the front has ${front} ${front === 1 ? 'trial' : 'trials'}; this is the best by ${metric}, trial ${trial.number}; --trial N or --pick METRIC takes another`;
}

/** Why a study has no best trial, and what comes nearest. */
export function noBest(study: Study, trials: readonly FrozenTrial[], options: string): NotFoundError {
  const nearest = findLeastViolating(study, trials);
  return nearest === null
    ? noCompleteTrial(study, trials, options)
    : noFeasibleTrial(study, nearest, options);
}

function noFeasibleTrial(study: Study, nearest: CompleteTrial, options: string): NotFoundError {
  return new NotFoundError(`no trial of study "${study.name}" keeps its constraints`, {
    details: [
      `the nearest is trial ${nearest.number}: ${valueText(study, nearest)}`,
      `it breaks: ${describeBroken(study, nearest)}`,
    ],
    fix: `hpo optimize --n-trials 10 ${options}, or take it all the same: hpo best --trial ${nearest.number} ${options}`,
  });
}

function noCompleteTrial(study: Study, trials: readonly FrozenTrial[], options: string): NotFoundError {
  const counts = TRIAL_STATES.map(
    (state) => [state, trials.filter((trial) => trial.state === state).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const failed = trials.find((trial) => trial.state === 'fail');
  return new NotFoundError(`study "${study.name}" has no complete trial yet`, {
    details: [counts.length > 0 ? `it has: ${counts.join(', ')}` : 'it has no trials'],
    fix: failed ? `hpo show ${failed.number} ${options}` : `hpo optimize --n-trials 10 ${options}`,
  });
}
