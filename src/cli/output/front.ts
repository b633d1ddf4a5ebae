import { hypervolume } from '#bayesian-optimizer';
import { isCandidate, lossesOf } from '../../domain/best-trials.ts';
import { isFeasible } from '../../domain/constraint.ts';
import { isScore } from '../../domain/objective.ts';
import type { Study } from '../../domain/study.ts';
import type { CompleteTrial, FrozenTrial } from '../../domain/trial.ts';
import { formatMetricValue } from './goals.ts';
import { plain } from './plain.ts';
import { formatNumber } from './readable.ts';

/** How much a front dominates, in the objectives' own units multiplied with each other. */
export interface FrontVolume {
  readonly volume: number;
  /** One value an objective: what lies beyond it does not count. */
  readonly reference: readonly number[];
}

/**
 * The hypervolume of a study's front. The reference point is 0 for a score between 0 and 1 that is maximized, for every
 * other objective the worst value of the complete trials: it moves while trials still turn out worse.
 */
export function measureFront(
  study: Study,
  trials: readonly FrozenTrial[],
  front: readonly CompleteTrial[],
): FrontVolume {
  const seen = trials.filter(isCandidate);
  const reference = study.directions.map((direction, i) => {
    const metric = study.spec?.objectives[i]?.metric;
    if (direction === 'maximize' && metric !== undefined && isScore(metric)) return 0;
    const values = seen.map((trial) => trial.values[i]!).filter(Number.isFinite);
    return values.reduce(
      (a, b) => (direction === 'maximize' ? Math.min(a, b) : Math.max(a, b)),
      values[0] ?? 0,
    );
  });
  const losses = lossesOf(study, { values: reference });
  return {
    volume: hypervolume(
      front.map((trial) => lossesOf(study, trial)),
      losses,
    ),
    reference,
  };
}

/** `12.3 (beyond f0.5 0, modelBytes 812 MB)`. */
export function describeVolume(study: Study, { volume, reference }: FrontVolume): string {
  const corner = reference.map((value, i) => {
    const metric = study.spec?.objectives[i]?.metric ?? `objective ${i}`;
    return `${plain(metric)} ${formatMetricValue(metric, value)}`;
  });
  return `${formatNumber(volume)} (from the reference point ${corner.join(', ')})`;
}

/** `3 of 40 complete trials keep the constraints`; empty in a study without any. */
export function countFeasible({ spec }: Study, trials: readonly FrozenTrial[]): string {
  if (spec?.constraints === undefined) return '';
  const complete = trials.filter(isCandidate);
  return `${complete.filter(isFeasible).length} of ${complete.length} complete trials`;
}
