import type { Pruner } from '../../../src/domain/ports.ts';
import type { BoundStudy } from '../../../src/domain/study.ts';
import type { FrozenTrial } from '../../../src/domain/trial.ts';
import type { TrialRow } from '../surface/search.ts';

/** What became of a search whose trainings were all known beforehand. */
export interface Replay {
  /** Whether the best of all configurations, or one as good, was trained to its end. */
  readonly hasBest: boolean;
  /** Best value of all minus the best one that was trained to its end. */
  readonly loss: number;
  /** Share of the seconds that full trainings would have taken, 0–1. */
  readonly saved: number;
}

export interface ReplayOptions {
  readonly study: BoundStudy;
  readonly pruner: Pruner;
  /** Trials at a time. */
  readonly jobs: number;
}

interface Running {
  readonly row: TrialRow;
  /** Reports that have come. */
  reports: number;
  /** When the next one comes, in seconds of the replay. */
  nextAt: number;
}

/**
 * Runs recorded trainings again in the given order, with a pruner: each report comes after its share of the training's
 * seconds, and the pruner sees what an engine would show it then, running and stopped trials included.
 */
export function replay(rows: readonly TrialRow[], { study, pruner, jobs }: ReplayOptions): Replay {
  const queue = rows.map((row, number) => ({ ...row, number }));
  const trials: FrozenTrial[] = [];
  const running: Running[] = [];
  let [now, spent] = [0, 0];
  for (;;) {
    while (running.length < jobs && queue.length > 0) {
      const row = queue.shift()!;
      running.push({ row, reports: 0, nextAt: now + secondsOf(row, 0) });
      trials[row.number] = asTrial(row, 0, 'running');
    }
    if (running.length === 0) break;
    const next = running.reduce((a, b) => (b.nextAt < a.nextAt ? b : a));
    now = next.nextAt;
    spent += secondsOf(next.row, next.reports);
    next.reports++;
    const { row, reports } = next;
    const trial = asTrial(row, reports, 'running');
    const others = trials.filter(({ number }) => number !== row.number);
    const isStopped = reports <= row.curve.length && pruner.prune(study, trial, others);
    const isOver = reports >= row.curve.length;
    trials[row.number] = isStopped
      ? asTrial(row, reports, 'pruned')
      : isOver
        ? asTrial(row, reports, 'ended')
        : trial;
    if (isStopped || isOver) running.splice(running.indexOf(next), 1);
    else next.nextAt = now + secondsOf(row, reports);
  }
  return judge(rows, trials, spent);
}

function judge(rows: readonly TrialRow[], trials: readonly FrozenTrial[], spent: number): Replay {
  const best = Math.max(...rows.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
  const kept = Math.max(
    ...trials.map((trial) => (trial.state === 'complete' ? trial.values[0]! : Number.NEGATIVE_INFINITY)),
  );
  const whole = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  return { hasBest: kept === best, loss: best - kept, saved: 1 - spent / whole };
}

/** Seconds before the report with this index; reports are evenly spread, and a training may end before all steps. */
function secondsOf({ seconds, curve }: TrialRow, report: number): number {
  if (curve.length === 0) return seconds;
  const before = report === 0 ? 0 : curve[report - 1]![0];
  return (seconds * (curve[report]![0] - before)) / curve.at(-1)![0];
}

function asTrial(row: TrialRow, reports: number, state: 'running' | 'pruned' | 'ended'): FrozenTrial {
  const base = {
    id: row.number + 1,
    number: row.number,
    params: row.params,
    distributions: {},
    intermediateValues: new Map(row.curve.slice(0, reports)),
    userAttrs: {},
    systemAttrs: {},
    startedAt: 0,
  };
  if (state === 'running') return { ...base, state };
  if (state === 'pruned') return { ...base, state, completedAt: 0, values: null };
  if (row.value !== null) return { ...base, state: 'complete', completedAt: 0, values: [row.value] };
  return { ...base, state: 'fail', completedAt: 0, failure: { kind: 'diverged', message: '' } };
}
