import type { Params } from '../domain/distribution.ts';
import type { Direction } from '../domain/objective.ts';
import { activeDistributions, type SearchSpace } from '../domain/search-space.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FailureKind, FrozenTrial } from '../domain/trial.ts';

/** Studies and trials as a storage would return them, for tests of samplers and pruners. */
export function makeStudy(
  space: SearchSpace,
  { direction = 'minimize' as Direction, seed = 1, fixed = {} as Params } = {},
): BoundStudy {
  return {
    id: 1,
    name: 'test',
    uuid: '00000000-0000-4000-8000-000000000000',
    directions: [direction],
    userAttrs: {},
    systemAttrs: {},
    spec: {
      model: 'test',
      space,
      fixed,
      objectives: [{ metric: 'value', direction, average: 'macro', positiveLabel: null }],
      sampler: { name: 'random', options: {} },
      pruner: { name: 'none', options: {} },
      seed,
      data: null,
      context: null,
      settings: {},
    },
  };
}

/** A study of two objectives, `first` and `second`. */
export function makeMultiStudy(
  space: SearchSpace,
  { directions = ['minimize', 'minimize'] as readonly Direction[], seed = 1 } = {},
): BoundStudy {
  const study = makeStudy(space, { seed });
  const [objective] = study.spec.objectives;
  const objectives = directions.map((direction, i) => ({
    ...objective!,
    metric: ['first', 'second', 'third'][i]!,
    direction,
  }));
  return { ...study, directions, spec: { ...study.spec, objectives } };
}

/** How a made trial ended: its value or values, a failure kind, or the state that needs no more. */
export type MadeOutcome = number | readonly number[] | FailureKind | 'running' | 'waiting' | 'pruned';

export interface MadeTrial {
  readonly params?: Params;
  readonly space?: SearchSpace;
  /** The value reported at each step. */
  readonly reports?: Readonly<Record<number, number>>;
}

export function makeTrial(
  number: number,
  outcome: MadeOutcome,
  { params = {}, space = {}, reports = {} }: MadeTrial = {},
): FrozenTrial {
  const base = {
    id: number + 1,
    number,
    params,
    distributions: activeDistributions(space, params),
    intermediateValues: new Map(Object.entries(reports).map(([step, value]) => [Number(step), value])),
    userAttrs: {},
    systemAttrs: {},
  };
  const times = { startedAt: number * 1000, completedAt: number * 1000 + 500 };
  if (typeof outcome === 'object') return { ...base, ...times, state: 'complete', values: outcome };
  if (typeof outcome === 'number') return { ...base, ...times, state: 'complete', values: [outcome] };
  if (outcome === 'waiting') return { ...base, state: 'waiting' };
  if (outcome === 'running') return { ...base, state: 'running', startedAt: times.startedAt };
  if (outcome === 'pruned') return { ...base, ...times, state: 'pruned', values: null };
  return { ...base, ...times, state: 'fail', failure: { kind: outcome, message: 'made for a test' } };
}
