import { UsageError } from './errors.ts';
import type { FrozenTrial, Json, Metrics, TrialOutcome } from './trial.ts';

/** What a trial's final metrics must keep: `modelBytes <= 5000000`. */
export interface Constraint {
  readonly metric: string;
  readonly relation: '<=' | '>=';
  readonly bound: number;
}

/** Factors to the unit that a metric's name ends with. */
const UNITS: Readonly<Record<string, { readonly suffix: RegExp; readonly factor: number }>> = {
  B: { suffix: /Bytes$/, factor: 1 },
  kB: { suffix: /Bytes$/, factor: 1e3 },
  KB: { suffix: /Bytes$/, factor: 1e3 },
  MB: { suffix: /Bytes$/, factor: 1e6 },
  GB: { suffix: /Bytes$/, factor: 1e9 },
  KiB: { suffix: /Bytes$/, factor: 2 ** 10 },
  MiB: { suffix: /Bytes$/, factor: 2 ** 20 },
  GiB: { suffix: /Bytes$/, factor: 2 ** 30 },
  us: { suffix: /Ms$/, factor: 1e-3 },
  ms: { suffix: /Ms$/, factor: 1 },
  s: { suffix: /Ms$|Seconds$/, factor: 1 },
  min: { suffix: /Ms$|Seconds$/, factor: 60 },
};

const EXAMPLE = "'modelBytes <= 5MB', 'latencyMs <= 2', 'f0.5 >= 0.8'";

/** As a person types it: `modelBytes <= 5MB`, `latencyMs<=2ms`, `f0.5 >= 0.8`. @throws {UsageError} */
export function parseConstraint(text: string): Constraint {
  const match = /^\s*([A-Za-z][\w.\-@]*)\s*(<=|>=|≤|≥|<|>|==?)\s*(\S+?)\s*([A-Za-z%]*)\s*$/.exec(text);
  const bound = Number(match?.[3]);
  if (match === null || Number.isNaN(bound))
    throw new UsageError(`"${text}" is no constraint.`, { fix: `for instance ${EXAMPLE}` });
  const [, metric, sign, , unit] = match as unknown as [string, string, string, string, string];
  const relation = sign === '≤' ? '<=' : sign === '≥' ? '>=' : sign;
  if (relation !== '<=' && relation !== '>=')
    throw new UsageError(`"${text}": a constraint is <= or >=, not ${sign}.`, {
      fix: `for instance ${EXAMPLE}`,
    });
  const name = /^f\d+(\.\d+)?$/i.test(metric) ? metric.toLowerCase() : metric;
  return { metric: name, relation, bound: bound * factorOf(text, name, unit) };
}

function factorOf(text: string, metric: string, unit: string): number {
  if (unit === '') return 1;
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit]! : null;
  if (known === null || !known.suffix.test(metric)) {
    const fits = Object.keys(UNITS).filter((name) => UNITS[name]!.suffix.test(metric));
    throw new UsageError(`"${text}": ${metric} is not measured in ${unit}.`, {
      fix: fits.length === 0 ? 'leave the unit out' : `units: ${fits.join(', ')}`,
    });
  }
  const isSecondsAsMs = (unit === 's' || unit === 'min') && metric.endsWith('Ms');
  return known.factor * (isSecondsAsMs ? 1000 : 1);
}

/** The constraint again, as it could be typed; numbers as they are. */
export function formatConstraint({ metric, relation, bound }: Constraint): string {
  return `${metric} ${relation} ${bound}`;
}

/**
 * By how much a value breaks a constraint, as a share of the bound, so that bytes and milliseconds add up: above 0 when
 * it is broken, 0 or less when it is kept.
 */
export function violationOf({ relation, bound }: Constraint, value: number): number {
  const excess = relation === '<=' ? value - bound : bound - value;
  // At an infinite value JSON has no number for it; any large one says the same.
  const share = excess / (bound === 0 ? 1 : Math.abs(bound));
  return Math.max(Math.min(share, Number.MAX_VALUE), -Number.MAX_VALUE);
}

/**
 * A complete outcome with what it breaks; one that lacks a metric that a constraint needs has failed, as one that lacks
 * its objective has.
 */
export function judgeConstraints(
  constraints: readonly Constraint[] | undefined,
  outcome: TrialOutcome,
): TrialOutcome {
  if (constraints === undefined || constraints.length === 0 || outcome.state !== 'complete') return outcome;
  const { metrics } = outcome;
  const missing = constraints.find(({ metric }) => Number.isNaN(metrics[metric] ?? Number.NaN));
  if (missing === undefined)
    return { ...outcome, constraints: constraints.map((one) => violationOf(one, metrics[one.metric]!)) };
  return { state: 'fail', failure: describeMissing(missing.metric, metrics) };
}

function describeMissing(
  metric: string,
  metrics: Metrics,
): { kind: 'bad-config' | 'diverged'; message: string } {
  if (Object.hasOwn(metrics, metric)) return { kind: 'diverged', message: `${metric} is not a number` };
  const known = Object.keys(metrics).join(', ');
  return { kind: 'bad-config', message: `a constraint needs "${metric}", the trial reports only ${known}` };
}

/** Where Optuna keeps the constraints of a trial: numbers, feasible when none is above 0. */
export const CONSTRAINTS_ATTR = 'constraints';

/** The numbers behind a trial's feasibility, Optuna's way; null where it was never judged. */
export function constraintsOf({ systemAttrs }: Pick<FrozenTrial, 'systemAttrs'>): readonly number[] | null {
  const stored = systemAttrs[CONSTRAINTS_ATTR];
  return Array.isArray(stored) ? stored.map(toNumber) : null;
}

const toNumber = (value: Json): number => (typeof value === 'number' ? value : Number.POSITIVE_INFINITY);

/** The sum of what a trial breaks; 0: it is feasible. A trial that was never judged is. */
export function totalViolation(trial: Pick<FrozenTrial, 'systemAttrs'>): number {
  return (constraintsOf(trial) ?? []).reduce((sum, value) => sum + Math.max(0, value), 0);
}

export function isFeasible(trial: Pick<FrozenTrial, 'systemAttrs'>): boolean {
  return totalViolation(trial) === 0;
}
