import type { Failure, Json, Metrics } from '../domain/trial.ts';
import { FAILURE_KINDS } from '../domain/trial.ts';
import { parseLooseObject, readMetrics } from './records.ts';

/** What a program in any language may say of its training: a line of JSON each. */
export type ProgramLine =
  | {
      readonly type: 'report';
      /** Null: the next one. */
      readonly step: number | null;
      readonly progress: number | null;
      readonly metrics: Metrics;
    }
  | ProgramFinal
  | { readonly type: 'failure'; readonly failure: Failure };

export interface ProgramFinal {
  readonly type: 'final';
  readonly metrics: Metrics;
  /** Of the output folder; null: all of it. */
  readonly artifact: string | null;
  readonly details: Readonly<Record<string, Json>>;
}

/** `{"step":3,"metrics":{…}}`, or a final line as {@link readFinal} takes it. Null when it is neither. */
export function parseProgramLine(text: string): ProgramLine | null {
  const raw = parseLooseObject(text);
  if (raw === null) return null;
  if (raw['final'] === true) return readFinal(raw);
  const { step = null, progress = null } = raw;
  const metrics = readMetrics(raw['metrics']);
  if (metrics === null || !(step === null || (Number.isInteger(step) && (step as number) >= 0))) return null;
  return {
    type: 'report',
    step: step as number | null,
    progress: typeof progress === 'number' ? Math.min(Math.max(progress, 0), 1) : null,
    metrics,
  };
}

/**
 * `{"metrics":{…},"artifact":"model.bin","details":{…}}`, the last two as one likes, or
 * `{"failure":{"kind":"diverged","message":"…"}}`. Null when it is neither.
 */
export function readFinal(
  raw: Readonly<Record<string, unknown>>,
): Exclude<ProgramLine, { type: 'report' }> | null {
  const failure = readFailure(raw['failure']);
  if (failure !== null) return { type: 'failure', failure };
  const metrics = readMetrics(raw['metrics']);
  const { artifact = null, details = {} } = raw;
  const path =
    typeof artifact === 'object' && artifact !== null && 'path' in artifact ? artifact.path : artifact;
  if (metrics === null || !(path === null || typeof path === 'string')) return null;
  const isObject = typeof details === 'object' && details !== null && !Array.isArray(details);
  return {
    type: 'final',
    metrics,
    artifact: path,
    details: isObject ? (details as Record<string, Json>) : {},
  };
}

function readFailure(raw: unknown): Failure | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { kind, message } = raw as Record<string, unknown>;
  return {
    kind: FAILURE_KINDS.find((known) => known === kind) ?? 'crash',
    message: typeof message === 'string' ? message.slice(0, 2000) : 'the program says that it failed',
  };
}
