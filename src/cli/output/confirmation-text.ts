import type { Confirmation } from '../../domain/confirmation.ts';
import { formatMetricValue } from './goals.ts';
import { formatSpread } from './trial-facts.ts';

/** `trial 12  0.8812 ± 0.0091 over 5 folds (validation 0.9001)`, the best mean first. @param metric the objective's */
export function confirmationLines({ candidates }: Confirmation, metric = ''): string[] {
  const text = (value: number): string => formatMetricValue(metric, value);
  return candidates.map(
    ({ number, value, scores }) =>
      `trial ${number}  ${text(scores.mean)} ± ${formatSpread(scores, metric)} (validation ${text(value)})`,
  );
}

/** How the picked trial came to be it: `best mean of 4; by validation score trial 3`. */
export function describePick({ picked, best, candidates }: Confirmation): string {
  const of = candidates.length === 1 ? 'the only leader' : `best mean of ${candidates.length} leaders`;
  return picked === best
    ? `${of}, and the best by validation score`
    : `${of}; by validation score it is trial ${best}`;
}
