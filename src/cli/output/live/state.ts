import { findBestTrial, joinFront } from '../../../domain/best-trials.ts';
import type { Params } from '../../../domain/distribution.ts';
import type { Direction } from '../../../domain/objective.ts';
import type { SearchEvent } from '../../../domain/search-event.ts';
import type { CompleteTrial, FrozenTrial, Metrics } from '../../../domain/trial.ts';

/** A trial that runs now. */
export interface RunningRow {
  readonly number: number;
  readonly worker: string;
  readonly params: Params;
  readonly startedAt: number;
  /** Share of its schedule, 0–1; null when it does not say. */
  readonly progress: number | null;
  /** The objective's reported values, oldest first. */
  readonly curve: readonly number[];
}

export interface BestRow {
  readonly number: number;
  readonly value: number;
  readonly metrics: Metrics;
  readonly params: Params;
}

/** What the display knows. Times are milliseconds since 1970; changed by {@link applyEvent} only, never by a rescan. */
export interface LiveState {
  readonly heading: {
    readonly study: string;
    readonly sampler: string;
    readonly pruner: string;
    readonly objective: string;
    /** The metric that trials report while they run. */
    readonly metric: string;
    /** One an objective. */
    readonly metrics: readonly string[];
    readonly directions: readonly Direction[];
    readonly seed: number;
  };
  readonly goal: {
    /** Trials that end complete or pruned until the search is done; null: no such limit. */
    readonly trials: number | null;
    readonly timeoutMs: number | null;
  };
  readonly jobs: number;
  readonly startedAt: number;
  /** Trials of the whole study by how they ended. */
  readonly counts: { readonly complete: number; readonly pruned: number; readonly fail: number };
  /** Counts towards the goal. */
  readonly counted: number;
  readonly running: ReadonlyMap<number, RunningRow>;
  /** Of several objectives the best by the first. */
  readonly best: BestRow | null;
  /** The best trial, or the front of several objectives. */
  readonly front: readonly CompleteTrial[];
  /** Of trials that ended in this run, pruned ones included: number, sum and sum of squares, in milliseconds. */
  readonly durations: { readonly n: number; readonly sum: number; readonly squares: number };
  /** The last phase, in which leaders are scored again; null before it. */
  readonly confirmed: { readonly done: number; readonly of: number } | null;
  readonly phase: 'searching' | 'draining' | 'stopping' | 'leaving';
}

/** The state after an event. `now` is when it happened. */
export function applyEvent(state: LiveState, event: SearchEvent, now: number): LiveState {
  switch (event.type) {
    case 'trial-started':
      return start(state, event, now);
    case 'confirm-started':
      return start({ ...state, confirmed: state.confirmed ?? { done: 0, of: event.of } }, event, now);
    case 'confirm-finished': {
      const running = new Map(state.running);
      running.delete(event.number);
      return { ...state, running, confirmed: { done: (state.confirmed?.done ?? 0) + 1, of: event.of } };
    }
    case 'report':
    case 'confirm-report': {
      const row = state.running.get(event.number);
      if (row === undefined) return state;
      const next = { ...row, progress: event.progress, curve: [...row.curve, event.value] };
      return { ...state, running: new Map(state.running).set(row.number, next) };
    }
    case 'trial-finished':
      return finish(state, event);
    case 'new-best':
    case 'warning':
    case 'done':
      return state;
  }
}

function start(
  state: LiveState,
  { number, worker, params }: Pick<RunningRow, 'number' | 'worker' | 'params'>,
  now: number,
): LiveState {
  const row: RunningRow = { number, worker, params, startedAt: now, progress: null, curve: [] };
  return { ...state, running: new Map(state.running).set(number, row) };
}

function finish(state: LiveState, event: SearchEvent & { type: 'trial-finished' }): LiveState {
  const { trial, durationMs } = event;
  const running = new Map(state.running);
  running.delete(trial.number);
  if (trial.state !== 'complete' && trial.state !== 'pruned' && trial.state !== 'fail')
    return { ...state, running };
  const { n, sum, squares } = state.durations;
  return {
    ...state,
    running,
    ...joinBest(state, trial, event.metrics),
    counts: { ...state.counts, [trial.state]: state.counts[trial.state] + 1 },
    counted: state.counted + (trial.state === 'fail' ? 0 : 1),
    durations: { n: n + 1, sum: sum + durationMs, squares: squares + durationMs ** 2 },
  };
}

function joinBest(
  { best, front, heading }: LiveState,
  trial: FrozenTrial,
  metrics: Metrics,
): Pick<LiveState, 'best' | 'front'> {
  const next = joinFront(heading, front, trial);
  const isBest = next !== front && findBestTrial(heading, next) === trial;
  return { front: next, best: isBest ? toBest(trial, metrics) : best };
}

/** A complete trial as the line of the best shows it. */
export function toBest(trial: FrozenTrial | null, metrics: Metrics): BestRow | null {
  if (trial?.state !== 'complete') return null;
  return { number: trial.number, value: trial.values[0]!, metrics, params: trial.params };
}
