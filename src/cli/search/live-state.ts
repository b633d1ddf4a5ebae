import { findBestTrial, findFront } from '../../domain/best-trials.ts';
import { reportedObjective } from '../../domain/objective.ts';
import type { BoundStudy } from '../../domain/study.ts';
import { type FrozenTrial, metricsOf } from '../../domain/trial.ts';
import { describeGoals } from '../output/goals.ts';
import { type LiveState, toBest } from '../output/live/state.ts';
import type { RunOptions } from './check-run.ts';

/** What the display knows when a search begins. */
export function startState(study: BoundStudy, trials: readonly FrozenTrial[], run: RunOptions): LiveState {
  const { spec, name } = study;
  const count = (state: FrozenTrial['state']): number =>
    trials.filter((trial) => trial.state === state).length;
  const counts = { complete: count('complete'), pruned: count('pruned'), fail: count('fail') };
  const front = findFront(study, trials);
  const best = findBestTrial(study, front);
  return {
    heading: {
      study: name,
      sampler: spec.sampler.name,
      pruner: spec.pruner.name,
      objective: describeGoals(spec),
      metric: reportedObjective(spec).metric,
      metrics: spec.objectives.map(({ metric }) => metric),
      directions: study.directions,
      seed: spec.seed,
    },
    goal: { trials: trialsToGo(run, counts.complete + counts.pruned), timeoutMs: run.timeoutMs },
    jobs: run.gpus.length > 0 ? Math.min(run.jobs, run.gpus.length) : run.jobs,
    startedAt: Date.now(),
    counts,
    counted: 0,
    running: new Map(),
    front,
    best: best === null ? null : toBest(best, metricsOf(best)),
    durations: { n: 0, sum: 0, squares: 0 },
    confirmed: null,
    phase: 'searching',
  };
}

function trialsToGo({ nTrials, totalTrials }: RunOptions, done: number): number | null {
  const total = totalTrials === null ? null : Math.max(0, totalTrials - done);
  if (nTrials === null || total === null) return nTrials ?? total;
  return Math.min(nTrials, total);
}
