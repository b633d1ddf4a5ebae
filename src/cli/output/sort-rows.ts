import { UsageError } from '../../domain/errors.ts';
import type { Direction } from '../../domain/objective.ts';
import type { Json } from '../../domain/trial.ts';
import { type RowRecord, readPath } from './listing.ts';

export interface SortOrder {
  /** `value` or a path into the records; the end of a path (`lr`) will do for params and metrics. */
  readonly by: string;
  readonly reverse: boolean;
  readonly directions: readonly Direction[];
}

/**
 * Trial records in order: `value` best first, everything else rising; rows without the value come last either way.
 * @throws {UsageError} when no row has such a value
 */
export function sortRows(rows: readonly RowRecord[], { by, reverse, directions }: SortOrder): RowRecord[] {
  const keyed = rows.map((row) => ({ row, key: sortKey(row, by) }));
  if (rows.length > 0 && keyed.every(({ key }) => key === undefined)) {
    throw new UsageError(`--sort: no trial has a "${by}"`, {
      fix: '--sort number, value, state, durationSeconds, startedAt, params.NAME or metrics.NAME',
    });
  }
  const descending = reverse !== (by === 'value' && directions[0] === 'maximize');
  return keyed.sort((a, b) => compareKeys(a.key, b.key, descending)).map(({ row }) => row);
}

function sortKey(row: RowRecord, by: string): Json | undefined {
  if (by === 'value') return (row['values'] as readonly number[] | null)?.[0] ?? null;
  if (by === 'duration') return row['durationSeconds'];
  return readPath(row, by) ?? readPath(row['params']!, by) ?? readPath(row['metrics']!, by);
}

function compareKeys(a: Json | undefined, b: Json | undefined, descending: boolean): number {
  const [noA, noB] = [isMissing(a), isMissing(b)];
  if (noA || noB) return Number(noA) - Number(noB);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b));
  return descending ? -order : order;
}

function isMissing(key: Json | undefined): boolean {
  return key === null || key === undefined || Number.isNaN(key);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
