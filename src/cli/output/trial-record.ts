import { constraintsOf, isFeasible } from '../../domain/constraint.ts';
import type { AttemptRecord, StudySummary } from '../../domain/ports.ts';
import { type FrozenTrial, isFinished, type Json, metricsOf } from '../../domain/trial.ts';
import type { RowRecord } from './listing.ts';

/**
 * A trial as `-f json` prints it, with keys that scripts rely on; docs/cli.md lists them. Times are ISO 8601 in UTC.
 * @param attempts of this trial, in order; none for a trial that another program ran
 */
export function toTrialRecord(trial: FrozenTrial, attempts: readonly AttemptRecord[]): RowRecord {
  const last = attempts.at(-1);
  const finished = isFinished(trial);
  return {
    number: trial.number,
    state: trial.state,
    values: trial.state === 'complete' || trial.state === 'pruned' ? trial.values : null,
    params: trial.params,
    metrics: metricsOf(trial),
    intermediate: [...trial.intermediateValues].sort(([a], [b]) => a - b),
    startedAt: trial.state === 'waiting' ? null : toIso(trial.startedAt),
    completedAt: finished ? toIso(trial.completedAt) : null,
    durationSeconds: finished ? durationSeconds(trial.startedAt, trial.completedAt) : null,
    attempts: attempts.length,
    failure: trial.state === 'fail' ? { kind: trial.failure.kind, message: trial.failure.message } : null,
    host: last?.host ?? null,
    jobId: last?.jobId ?? null,
    feasible: trial.state === 'complete' ? isFeasible(trial) : null,
    constraints: constraintsOf(trial),
  };
}

/** A study as `-f json` prints it; keys as stable as those of {@link toTrialRecord}. */
export function toStudyRecord({ study, states, best }: StudySummary): RowRecord {
  return {
    name: study.name,
    directions: study.directions,
    nTrials: Object.values(states).reduce((sum, count) => sum + count, 0),
    states: states as Readonly<Record<string, Json>>,
    best:
      best === null ? null : { number: best.number, values: best.state === 'complete' ? best.values : null },
  };
}

/** ISO 8601 in UTC, or null for a time that a foreign program left out or broke. */
function toIso(at: number): string | null {
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}

function durationSeconds(startedAt: number, completedAt: number): number | null {
  const seconds = (completedAt - startedAt) / 1000;
  return Number.isFinite(seconds) ? Number(seconds.toFixed(3)) : null;
}
