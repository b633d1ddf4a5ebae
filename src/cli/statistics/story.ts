import { findBestTrials } from '../../domain/best-trials.ts';
import { isFeasible } from '../../domain/constraint.ts';
import { isBetter } from '../../domain/objective.ts';
import { resampledScoresOf } from '../../domain/resampling.ts';
import { type ScoreStatistics, statisticsOf } from '../../domain/score-statistics.ts';
import type { Study } from '../../domain/study.ts';
import { type CompleteTrial, detailsOf, type FrozenTrial, type Json } from '../../domain/trial.ts';
import { findDefaultParams } from '../compose.ts';
import { compareTrials, type Verdict } from './compare-trials.ts';
import type { Scene } from './scene.ts';

/** What a trial's value is worth: how sure it is, and what it is to be held against. */
export interface Story {
  /** The first objective's name; null where the study has none. */
  readonly metric: string | null;
  /** Of the first objective; null where the trial has none. */
  readonly statistics: ScoreStatistics | null;
  /** Of a mean over folds or seeds: their standard deviation over √count; else the bootstrap's. */
  readonly standardError: number | null;
  readonly threshold: number | null;
  /** Numbers of the other complete trials that are worse by less than one standard error. */
  readonly withinOneStandardError: readonly number[] | null;
  /** The runner-up of the best trial; the best trial of any other. */
  readonly rival: Rival | null;
  readonly defaults: { readonly number: number; readonly value: number | null } | null;
  readonly majority: { readonly label: string; readonly value: number } | null;
}

export type Rival = Verdict & {
  readonly role: 'runner-up' | 'best';
  readonly number: number;
  readonly value: number;
};

export async function tellStory(scene: Scene, trial: CompleteTrial): Promise<Story> {
  const { study, trials } = scene;
  const metric = study.spec?.objectives[0]?.metric;
  const stored = statisticsOf(trial);
  const statistics = stored !== null && stored.metric === metric ? stored : null;
  const standardError = standardErrorOf(trial, statistics);
  const threshold = detailsOf(trial)['threshold'];
  return {
    metric: metric ?? null,
    statistics,
    standardError,
    threshold: typeof threshold === 'number' ? threshold : null,
    withinOneStandardError: standardError === null ? null : listClose(study, trials, trial, standardError),
    rival: await findRival(scene, trial),
    defaults: await findDefaults(study, trials),
    // Its value is that of what the model reports, which may be another metric.
    majority: statistics === null ? null : readMajority(trial),
  };
}

/** The record's keys; docs/cli.md lists them. */
export function toStoryRecord(story: Story): { readonly [key: string]: Json } {
  const { metric: _, statistics, withinOneStandardError, ...rest } = story;
  return {
    ...statistics,
    ...(rest as unknown as { readonly [key: string]: Json }),
    thresholdTunedOn: story.threshold === null ? null : 'validation',
    withinOneStandardError: withinOneStandardError?.length ?? null,
    trialsWithinOneStandardError: withinOneStandardError,
  };
}

function standardErrorOf(trial: CompleteTrial, statistics: ScoreStatistics | null): number | null {
  const resampled = resampledScoresOf(detailsOf(trial));
  if (resampled !== null) return resampled.sd / Math.sqrt(resampled.values.length);
  return statistics?.standardError ?? null;
}

function listClose(
  { directions }: Study,
  trials: readonly FrozenTrial[],
  trial: CompleteTrial,
  standardError: number,
): number[] {
  const sign = directions[0] === 'minimize' ? -1 : 1;
  const bound = sign * trial.values[0]! - standardError;
  return trials.flatMap((other) =>
    other.state === 'complete' &&
    !other.excluded &&
    isFeasible(other) &&
    other.number !== trial.number &&
    sign * other.values[0]! >= bound
      ? [other.number]
      : [],
  );
}

async function findRival(scene: Scene, trial: CompleteTrial): Promise<Rival | null> {
  const { study, trials } = scene;
  const [first, second] = findBestTrials(study, trials, 2);
  const isBest = first?.number === trial.number;
  const other = isBest ? second : first;
  if (other === undefined || study.spec === null) return null;
  const verdict = await compareTrials(scene, trial, other);
  return { role: isBest ? 'runner-up' : 'best', number: other.number, value: other.values[0]!, ...verdict };
}

/** The trial of the model's default configuration: the best of several. */
async function findDefaults(study: Study, trials: readonly FrozenTrial[]): Promise<Story['defaults']> {
  const params = await findDefaultParams(study);
  if (params === null) return null;
  const key = keyOf(params);
  let found: Story['defaults'] = null;
  for (const trial of trials) {
    if (trial.excluded || trial.state === 'waiting' || keyOf(trial.params) !== key) continue;
    const value = trial.state === 'complete' ? trial.values[0]! : null;
    if (
      found === null ||
      (value !== null && isBetter(study.directions[0]!, value, found.value ?? Number.NaN))
    )
      found = { number: trial.number, value };
  }
  return found;
}

const keyOf = (params: FrozenTrial['params']): string =>
  JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));

function readMajority(trial: CompleteTrial): Story['majority'] {
  const stored = detailsOf(trial)['majorityBaseline'] as
    | { label?: unknown; value?: unknown }
    | null
    | undefined;
  const { label, value } = stored ?? {};
  return typeof label === 'string' && typeof value === 'number' ? { label, value } : null;
}
