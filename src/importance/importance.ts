import { NotFoundError, UsageError } from '../domain/errors.ts';
import { type Direction, parseMetric } from '../domain/objective.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { Study } from '../domain/study.ts';
import { type FrozenTrial, metricsOf } from '../domain/trial.ts';
import { type Dimension, listDimensions, type ScoredTrial } from './cube.ts';
import { fanova } from './fanova.ts';
import { pedAnova } from './ped-anova.ts';

export const EVALUATORS = ['ped-anova', 'fanova'] as const;
export type Evaluator = (typeof EVALUATORS)[number];

export interface ImportanceOptions {
  /** Default `ped-anova`. */
  readonly evaluator?: Evaluator;
  /** A metric of the trials instead of the study's first objective. */
  readonly metric?: string;
  /** Only these parameters; absent: all. */
  readonly params?: readonly string[];
  /** Of the bootstraps; default 0. */
  readonly seed?: number;
}

/** How much one parameter matters. */
export interface ParamImportance {
  readonly param: string;
  /** Share of the importance of all parameters shown, 0–1. */
  readonly importance: number;
  /** Standard deviation of `importance` over bootstraps of the trials, or over the trees of the forest. */
  readonly spread: number;
  /** Trials in which the parameter took part. */
  readonly activeTrials: number;
  /** fANOVA only: share of the variance of all values that the parameter explains alone. */
  readonly varianceShare: number | null;
}

export interface Importance {
  readonly evaluator: Evaluator;
  readonly metric: string;
  readonly direction: Direction;
  /** Trials that were looked at. */
  readonly trials: number;
  /** The most important first. */
  readonly params: readonly ParamImportance[];
}

/** What an evaluator says of a dimension, on a scale of its own. */
export interface RawImportance {
  readonly value: number;
  /** The same for each bootstrap or tree. */
  readonly draws: readonly number[];
  readonly share: number | null;
}

/** With fewer trials nothing can be said; docs/importance.md tells how many it takes to be sure. */
const LEAST_TRIALS = 10;

/**
 * How much each parameter matters for a metric. Pure: the same trials give the same answer.
 * @param trials of the study; excluded ones don't count
 * @throws {NotFoundError} too few complete trials, all of one value, or nothing that was varied
 * @throws {UsageError} an unknown metric or parameter
 */
export function computeImportance(
  study: Study,
  trials: readonly FrozenTrial[],
  options: ImportanceOptions = {},
): Importance {
  const { evaluator = 'ped-anova', seed = 0 } = options;
  const target = findTarget(study, options.metric);
  if (options.metric !== undefined) assertMeasured(target, trials);
  const scored = scoreTrials(trials, target, evaluator === 'ped-anova');
  assertEnough(study, target.metric, scored);
  checkParams(scored, options.params);
  const dimensions = listDimensions(scored, options.params ?? null);
  if (dimensions.length === 0) throw new NotFoundError('no parameter has more than one value in the trials');
  const raw = (evaluator === 'fanova' ? fanova : pedAnova)(scored, dimensions, seed);
  return {
    evaluator,
    metric: target.metric,
    direction: target.direction,
    trials: scored.length,
    params: normalise(dimensions, raw).sort((a, b) => b.importance - a.importance),
  };
}

interface Target {
  readonly metric: string;
  readonly direction: Direction;
  /** Of a complete trial; undefined where it lacks the metric. */
  readonly valueOf: (trial: FrozenTrial & { readonly state: 'complete' }) => number | undefined;
}

/** An objective by its name, else one of the other metrics. */
function findTarget({ spec, directions }: Study, metric: string | undefined): Target {
  const objectives = spec?.objectives ?? [];
  const index = metric === undefined ? 0 : objectives.findIndex((objective) => objective.metric === metric);
  if (index >= 0) {
    return {
      metric: objectives[index]?.metric ?? 'value',
      direction: directions[index]!,
      valueOf: ({ values }) => values[index],
    };
  }
  const parsed = parseMetric(metric!);
  return { ...parsed, valueOf: (trial) => metricsOf(trial)[parsed.metric] };
}

function scoreTrials(trials: readonly FrozenTrial[], target: Target, withPruned: boolean): ScoredTrial[] {
  return trials.flatMap((trial): ScoredTrial[] => {
    if (trial.excluded) return [];
    if (trial.state === 'pruned') return withPruned ? [{ trial, loss: Number.POSITIVE_INFINITY }] : [];
    if (trial.state !== 'complete') return [];
    const value = target.valueOf(trial);
    if (value === undefined || !Number.isFinite(value)) return [];
    return [{ trial, loss: target.direction === 'maximize' ? -value : value }];
  });
}

function assertEnough(study: Pick<Study, 'name'>, metric: string, scored: readonly ScoredTrial[]): void {
  const complete = scored.filter(({ loss }) => Number.isFinite(loss));
  if (complete.length < LEAST_TRIALS) {
    throw new NotFoundError(
      `the importance of parameters takes ${LEAST_TRIALS} complete trials with a value of "${metric}"; there are ${complete.length}`,
      { fix: `hpo optimize --n-trials 50 --study ${shellWord(study.name)}` },
    );
  }
  if (complete.every(({ loss }) => loss === complete[0]!.loss))
    throw new NotFoundError(
      `all ${complete.length} complete trials have the same ${metric}: no parameter matters`,
    );
}

/** Where trials are complete and none has the metric, its name is wrong. */
function assertMeasured(target: Target, trials: readonly FrozenTrial[]): void {
  const complete = trials.filter((trial) => trial.state === 'complete').filter(({ excluded }) => !excluded);
  if (complete.length === 0 || complete.some((trial) => target.valueOf(trial) !== undefined)) return;
  const names = new Set(complete.flatMap((trial) => Object.keys(metricsOf(trial))));
  throw new UsageError(`no trial has a metric "${target.metric}"`, {
    details: names.size === 0 ? [] : [`there are: ${[...names].join(', ')}`],
  });
}

function checkParams(scored: readonly ScoredTrial[], params: readonly string[] | undefined): void {
  if (params === undefined) return;
  const known = new Set(scored.flatMap(({ trial }) => Object.keys(trial.params)));
  const unknown = params.filter((param) => !known.has(param));
  if (unknown.length === 0) return;
  throw new UsageError(`no trial has the parameter ${unknown.join(', ')}`, {
    details: [`there are: ${[...known].join(', ')}`],
  });
}

function normalise(dimensions: readonly Dimension[], raw: readonly RawImportance[]): ParamImportance[] {
  const total = sum(raw.map(({ value }) => value));
  const totals = raw[0]!.draws.map((_, k) => sum(raw.map(({ draws }) => draws[k]!)));
  return dimensions.map(({ param, rows }, i) => ({
    param,
    importance: total === 0 ? 0 : raw[i]!.value / total,
    spread: deviation(raw[i]!.draws.map((draw, k) => (totals[k] === 0 ? 0 : draw / totals[k]!))),
    activeTrials: rows.length,
    varianceShare: raw[i]!.share,
  }));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function deviation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / Math.max(1, values.length - 1));
}
