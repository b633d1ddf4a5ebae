import { detailsOf, type FrozenTrial, type Json } from './trial.ts';

/** How sure a score is, and what it rests on. Null: it cannot be told. Kept with a trial under `details.statistics`. */
export interface ScoreStatistics {
  /** Documents that were scored. */
  readonly documents: number;
  /** The label that the fewest of them have (of those that any has), and how many have it. */
  readonly smallestLabel: string | null;
  readonly smallestSupport: number | null;
  /** Of the first objective, by a bootstrap over the documents. */
  readonly standardError: number | null;
  /** Ends of its 95 % bootstrap interval. */
  readonly low: number | null;
  readonly high: number | null;
  readonly resamples: number | null;
}

/** What a trial's training said of its validation score; null for trials of other programs, and of earlier versions. */
export function statisticsOf(trial: FrozenTrial): ScoreStatistics | null {
  return parseStatistics(detailsOf(trial)['statistics'] ?? null);
}

/** A program of one's own may have details of this name: without a number of documents they are none. */
export function parseStatistics(json: Json): ScoreStatistics | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const stored = json as Readonly<Record<string, Json>>;
  const number = (key: keyof ScoreStatistics): number | null => {
    const value = stored[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const documents = number('documents');
  if (documents === null) return null;
  const label = stored['smallestLabel'];
  return {
    documents,
    smallestLabel: typeof label === 'string' ? label : null,
    smallestSupport: number('smallestSupport'),
    standardError: number('standardError'),
    low: number('low'),
    high: number('high'),
    resamples: number('resamples'),
  };
}
