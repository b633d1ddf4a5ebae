import { UsageError } from '../../domain/errors.ts';
import {
  type Average,
  type Direction,
  defaultObjective,
  type LabelSummary,
  type Objective,
  parseMetric,
} from '../../domain/objective.ts';
import { evaluate } from '../../metrics/index.ts';
import type { Config } from '../config/config.ts';
import { nearestName } from '../nearest.ts';
import { DEFAULT_METRIC } from './layers.ts';

/** The objective that a person asked for, completed by what the data suggests. @throws {UsageError} it cannot be measured */
export function chooseObjective(config: Config, labels: LabelSummary): Objective {
  const { metric, direction } = readMetric(config, config.metric ?? DEFAULT_METRIC);
  const suggested = defaultObjective(labels, metric);
  const average =
    (config.average as Average | undefined) ?? (config.positiveLabel ? 'binary' : suggested.average);
  const objective: Objective = {
    metric,
    direction,
    average,
    positiveLabel: average === 'binary' ? choosePositiveLabel(config, labels, suggested) : null,
  };
  refuseUnknownMetric(objective, labels.multiLabel);
  return objective;
}

/** A metric in the direction that was asked for, or else its usual one. */
export function readMetric(config: Config, metric: string): { metric: string; direction: Direction } {
  const parsed = parseMetric(metric);
  return { ...parsed, direction: config.direction ?? parsed.direction };
}

/** Metrics whose direction everybody knows; those of labels are all maximized. */
const KNOWN_METRIC =
  /^(f\d+(\.\d+)?|(micro|macro|weighted|samples)(F[\d.]+|Precision|Recall)|precision|recall|accuracy|mcc|loss|modelBytes|latencyMs|ece)$/;

/** The objective of a foreign program: what it says it reports. Its direction is not guessed. @throws {UsageError} */
export function programObjective(config: Config): Objective {
  if (config.metric === undefined)
    throw new UsageError('which metric does the program report?', {
      fix: '--metric NAME, and --minimize or --maximize',
    });
  const { metric, direction } = readMetric(config, config.metric);
  if (config.direction === undefined && !KNOWN_METRIC.test(metric))
    throw new UsageError(`is "${metric}" better when it is high, or when it is low?`, {
      fix: '--maximize or --minimize',
    });
  const average = (config.average as Average | undefined) ?? (config.positiveLabel ? 'binary' : 'macro');
  return {
    metric,
    direction,
    average,
    positiveLabel: average === 'binary' ? (config.positiveLabel ?? null) : null,
  };
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

function refuseUnknownMetric(objective: Objective, multiLabel: boolean): void {
  const known = listMetrics(objective, multiLabel);
  if (known.includes(objective.metric)) return;
  const near = nearestName(objective.metric, known);
  throw new UsageError(`no trial reports a metric "${objective.metric}" on this data`, {
    details: [`metrics: ${known.join(', ')}`],
    ...(near === null ? {} : { fix: `did you mean ${near}?` }),
  });
}
