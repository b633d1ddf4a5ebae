import type { Objective } from '../domain/objective.ts';
import { reportedObjective } from '../domain/objective.ts';
import type { BoundStudy } from '../domain/study.ts';
import { type FrozenTrial, metricsOf } from '../domain/trial.ts';

/** The study and its history as a pruner compares them: by the one metric that trials report while they run. */
export interface PruningView {
  readonly study: BoundStudy;
  readonly history: readonly FrozenTrial[];
}

/** A pruner knows one objective; where the study has several, or prunes by another metric, values are that metric's. */
export function viewForPruner(study: BoundStudy, history: readonly FrozenTrial[]): PruningView {
  const { objectives } = study.spec;
  const reported = reportedObjective(study.spec);
  if (objectives.length === 1 && reported === objectives[0]) return { study, history };
  const spec = { ...study.spec, objectives: [reported] };
  return {
    study: { ...study, spec, directions: [reported.direction] },
    history: history.map((trial) => withOneValue(trial, objectives, reported)),
  };
}

function withOneValue(
  trial: FrozenTrial,
  objectives: readonly Objective[],
  reported: Objective,
): FrozenTrial {
  if (trial.state !== 'complete') return trial;
  const place = objectives.indexOf(reported);
  const value = place < 0 ? metricsOf(trial)[reported.metric] : trial.values[place];
  return { ...trial, values: [value ?? Number.NaN] };
}
