import type { Json } from './trial.ts';

/** How one configuration is judged by several trainings instead of one. */
export interface Resampling {
  /**
   * `folds`: training and validation documents together are dealt into `count` parts, and each part is held out once.
   * `seeds`: the same training and validation set, with another seed each time.
   */
  readonly by: 'folds' | 'seeds';
  /** Trainings, at least 2. */
  readonly count: number;
  /** Decides the parts, or the trainings' seeds; the same for all trials that are to be compared. */
  readonly seed: number;
  /** Whether to train once more on all documents, for a model to keep. */
  readonly keepModel: boolean;
}

/** The objective's values over the trainings of a {@link Resampling}. */
export interface ResampledScores {
  readonly by: Resampling['by'];
  /** One a training, in order. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Standard deviation of the values (n − 1). */
  readonly sd: number;
}

/** The entry of a trial's details that holds its {@link ResampledScores}. */
export const RESAMPLING_DETAIL = 'resampling';

/** @param values at least 2 */
export function summarizeScores(by: Resampling['by'], values: readonly number[]): ResampledScores {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { by, values, mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

/** What a complete trial's details say of its trainings; null for a trial of a single one. */
export function resampledScoresOf(details: Readonly<Record<string, Json>>): ResampledScores | null {
  const stored = details[RESAMPLING_DETAIL] as unknown as Partial<ResampledScores> | null | undefined;
  // A program of one's own may have a detail of this name.
  const isOurs =
    typeof stored?.sd === 'number' && typeof stored.mean === 'number' && Array.isArray(stored.values);
  return isOurs ? (stored as ResampledScores) : null;
}
