import { parseConstraint } from '../../domain/constraint.ts';
import { UsageError } from '../../domain/errors.ts';
import {
  AVERAGES,
  type Average,
  COST_METRICS,
  type Direction,
  defaultObjective,
  isScore,
  type LabelSummary,
  type Objective,
  parseMetric,
  reportedObjective,
} from '../../domain/objective.ts';
import type { StudySpec } from '../../domain/study.ts';
import { evaluate } from '../../metrics/index.ts';
import type { Config } from '../config/config.ts';
import { nearestName } from '../nearest.ts';
import { DEFAULT_METRIC } from './layers.ts';

/** What trials are judged by: that part of a study's spec. */
export type Goals = Pick<StudySpec, 'objectives' | 'constraints' | 'pruneBy'>;

/**
 * What a person asked for, completed by what the data suggests.
 * @param ownMetrics what the model reports beside the metrics of all models
 * @throws {UsageError} it cannot be measured
 */
export function chooseGoals(config: Config, labels: LabelSummary, ownMetrics: readonly string[] = []): Goals {
  const metrics = readMetrics(config);
  const suggested = defaultObjective(labels, metrics[0]!.metric);
  const average =
    (config.average as Average | undefined) ?? (config.positiveLabel ? 'binary' : suggested.average);
  const positiveLabel = average === 'binary' ? choosePositiveLabel(config, labels, suggested) : null;
  const objectives = metrics.map((metric) => ({ ...metric, average, positiveLabel }));
  const goals = addLimits(config, objectives);
  const scored =
    objectives.every(({ metric }) => COST_METRICS.includes(metric)) && goals.pruneBy === undefined;
  const complete = scored ? { ...goals, pruneBy: scoreOf(goals) } : goals;
  refuseUnknownMetrics(complete, labels.multiLabel, ownMetrics);
  return complete;
}

/** A study of costs alone is still trained, tuned and pruned by how good its models are. */
function scoreOf({ constraints = [] }: Goals): Goals['pruneBy'] {
  const score = constraints.find(({ metric }) => !COST_METRICS.includes(metric));
  return parseMetric(score?.metric ?? DEFAULT_METRIC);
}

function addLimits({ constraints = [], pruneBy }: Config, objectives: readonly Objective[]): Goals {
  return {
    objectives,
    ...(constraints.length > 0 && { constraints: constraints.map(parseConstraint) }),
    ...(pruneBy !== undefined && { pruneBy: parseMetric(pruneBy) }),
  };
}

/** The metrics that were asked for, each in its own direction or its usual one. @throws {UsageError} */
export function readMetrics({ metric: texts = [DEFAULT_METRIC], direction }: Config): {
  metric: string;
  direction: Direction;
}[] {
  const metrics = texts.map(parseMetric);
  const twice = metrics.find(({ metric }, i) => metrics.findIndex((other) => other.metric === metric) < i);
  if (twice !== undefined) throw new UsageError(`--metric names "${twice.metric}" twice`);
  if (direction === undefined) return metrics;
  if (metrics.length === 1) return [{ ...metrics[0]!, direction }];
  throw new UsageError('which of the metrics is meant? One direction cannot stand for several', {
    fix: `say it with the metric: --metric ${metrics[0]!.metric}:${direction}`,
  });
}

/** The goals with which a study that has trials would go on: nothing is left to the data. */
export function repeatGoals(config: Config): Goals {
  const average = AVERAGES.find((name) => name === config.average)!;
  const positiveLabel = average === 'binary' ? (config.positiveLabel ?? null) : null;
  return addLimits(
    config,
    readMetrics(config).map((metric) => ({ ...metric, average, positiveLabel })),
  );
}

/** Metrics beside the scores whose direction everybody knows. */
const OTHERS_KNOWN = ['mcc', 'loss', 'ece', ...COST_METRICS];

/** The goals of a foreign program: what it says it reports. A direction is not guessed. @throws {UsageError} */
export function programGoals(config: Config): Goals {
  if (config.metric === undefined)
    throw new UsageError('which metric does the program report?', {
      fix: '--metric NAME, and --minimize or --maximize',
    });
  const average = (config.average as Average | undefined) ?? (config.positiveLabel ? 'binary' : 'macro');
  const positiveLabel = average === 'binary' ? (config.positiveLabel ?? null) : null;
  const metrics = readMetrics(config);
  const unclear = config.direction === undefined ? [...config.metric, config.pruneBy ?? ''] : [];
  for (const text of unclear) refuseUnclear(text, config.metric.length > 1 || text === config.pruneBy);
  return addLimits(
    config,
    metrics.map((metric) => ({ ...metric, average, positiveLabel })),
  );
}

function refuseUnclear(text: string, isOneOfSeveral: boolean): void {
  if (text === '' || /:(maximize|minimize)\s*$/.test(text)) return;
  const { metric } = parseMetric(text);
  if (isScore(metric) || OTHERS_KNOWN.includes(metric)) return;
  throw new UsageError(`is "${metric}" better when it is high, or when it is low?`, {
    fix: isOneOfSeveral ? `${metric}:maximize or ${metric}:minimize` : '--maximize or --minimize',
  });
}

/** The rarer of two labels, unless one was named. */
function choosePositiveLabel(config: Config, { counts }: LabelSummary, suggested: Objective): string {
  const names = Object.keys(counts);
  const [rarer, other] = names.toSorted((a, b) => counts[a]! - counts[b]!);
  const label = config.positiveLabel ?? suggested.positiveLabel ?? (names.length === 2 ? rarer : undefined);
  if (label === undefined || other === undefined) {
    throw new UsageError(`a binary average needs the label that counts; the data has ${names.length}`, {
      details: [`labels: ${listSome(names)}`],
      fix: '--positive-label NAME, or --average macro',
    });
  }
  if (Object.hasOwn(counts, label)) return label;
  const near = nearestName(label, names);
  throw new UsageError(`the training data has no label "${label}"`, {
    details: [`labels: ${listSome(names)}`],
    ...(near === null ? {} : { fix: `did you mean ${near}?` }),
  });
}

const listSome = (names: readonly string[]): string =>
  names.length <= 20 ? names.join(', ') : `${names.slice(0, 20).join(', ')} … (${names.length})`;

/** Every metric that a trial reports, found out by an evaluation of next to nothing. */
function listMetrics(objective: Objective, multiLabel: boolean): string[] {
  const labels = [objective.positiveLabel ?? 'a', 'b'];
  return Object.keys(evaluate([[0], [1]], [[0], [0]], { labels, objective, multiLabel }));
}

function refuseUnknownMetrics(goals: Goals, multiLabel: boolean, ownMetrics: readonly string[]): void {
  const { objectives, constraints = [], pruneBy } = goals;
  const reported = [...listMetrics(reportedObjective(goals), multiLabel), ...ownMetrics];
  const known = [...reported, ...COST_METRICS];
  for (const { metric } of [...objectives, ...constraints])
    if (!known.includes(metric)) throw unknownMetric(metric, known, 'no trial reports a metric');
  const whileTraining = [...new Set([...reported, 'loss'])];
  if (pruneBy !== undefined && !whileTraining.includes(pruneBy.metric))
    throw unknownMetric(pruneBy.metric, whileTraining, 'while it trains, no trial reports a metric');
}

function unknownMetric(metric: string, known: readonly string[], what: string): UsageError {
  const near = nearestName(metric, known);
  return new UsageError(`${what} "${metric}" on this data`, {
    details: [`metrics: ${known.join(', ')}`],
    ...(near === null ? {} : { fix: `did you mean ${near}?` }),
  });
}
