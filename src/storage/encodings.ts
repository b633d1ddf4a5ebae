import { StorageError } from '../domain/errors.ts';
import type { Direction } from '../domain/objective.ts';
import type { TrialState } from '../domain/trial.ts';

/** How Optuna's columns spell what the domain calls otherwise. */
export const STATE_TEXT = {
  waiting: 'WAITING',
  running: 'RUNNING',
  complete: 'COMPLETE',
  pruned: 'PRUNED',
  fail: 'FAIL',
} as const satisfies Record<TrialState, string>;

const STATES = new Map<string, TrialState>(
  Object.entries(STATE_TEXT).map(([state, text]) => [text, state as TrialState]),
);

export function parseState(text: string): TrialState {
  const state = STATES.get(text);
  if (state === undefined) throw new StorageError(`The database holds an unknown trial state "${text}".`);
  return state;
}

export const formatDirection = (direction: Direction): string => direction.toUpperCase();

export function parseDirection(text: string): Direction {
  if (text === 'MAXIMIZE') return 'maximize';
  // Optuna's third one, NOT_SET, was only ever written by versions that treated it as minimise.
  return 'minimize';
}

/** ms since 1970 → `YYYY-MM-DD HH:MM:SS.ffffff`, UTC. */
export function formatTime(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}000`;
}

/** The inverse of {@link formatTime}, to the millisecond; null for nothing and for what is no time. */
export function parseTime(text: string | null): number | null {
  if (text === null) return null;
  const ms = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 23)}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** A number column with its type column, as the schema splits them: only finite numbers are stored as numbers. */
export type TypedValue = readonly [value: number | null, type: 'FINITE' | 'INF_POS' | 'INF_NEG' | 'NAN'];

export function encodeValue(value: number): TypedValue {
  if (Number.isFinite(value)) return [value, 'FINITE'];
  if (Number.isNaN(value)) return [null, 'NAN'];
  return [null, value > 0 ? 'INF_POS' : 'INF_NEG'];
}

export function decodeValue(value: number | null, type: string): number {
  if (type === 'INF_POS') return Number.POSITIVE_INFINITY;
  if (type === 'INF_NEG') return Number.NEGATIVE_INFINITY;
  return type === 'NAN' || value === null ? Number.NaN : value;
}
