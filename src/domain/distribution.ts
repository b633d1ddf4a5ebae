/** A parameter's value. Categorical choices may be any of these; numbers are finite. */
export type ParamValue = number | string | boolean | null;

/** The values of one trial's active parameters, by name. */
export type Params = Readonly<Record<string, ParamValue>>;

/** A real number in [low, high]; on a grid of `step` from `low`, or log-uniform (`log` needs low > 0, no step). */
export interface FloatDistribution {
  readonly type: 'float';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
}

/** An integer in [low, high]; `step` counts from `low` (default 1); `log` needs low ≥ 1 and step 1. */
export interface IntDistribution {
  readonly type: 'int';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
}

/** One of `choices`, without order. */
export interface CategoricalDistribution {
  readonly type: 'categorical';
  readonly choices: readonly ParamValue[];
}

export type Distribution = FloatDistribution | IntDistribution | CategoricalDistribution;

/** What is wrong with a distribution, or null. */
export function findDistributionFault(d: Distribution): string | null {
  if (d.type === 'categorical') return findChoicesFault(d.choices);
  if (!Number.isFinite(d.low) || !Number.isFinite(d.high))
    return `bounds must be finite: ${d.low} … ${d.high}`;
  if (d.low > d.high) return `low ${d.low} is above high ${d.high}`;
  if (d.log && d.low <= 0) return `log needs low above 0, got ${d.low}`;
  if (d.log && d.step !== undefined && !(d.type === 'int' && d.step === 1))
    return 'log and step exclude each other';
  if (d.step !== undefined && !(d.step > 0)) return `step must be above 0, got ${d.step}`;
  if (d.type === 'int' && ![d.low, d.high, d.step ?? 1].every(Number.isSafeInteger))
    return 'an int needs whole low, high and step';
  return null;
}

function findChoicesFault(choices: readonly ParamValue[]): string | null {
  if (choices.length === 0) return 'choices must not be empty';
  const distinct = new Set(choices.map((choice) => JSON.stringify(choice)));
  return distinct.size === choices.length ? null : 'choices must differ from each other';
}

/** Whether `value` may be drawn from `d`; a stepped value may be off its grid by rounding only. */
export function containsValue(d: Distribution, value: ParamValue): boolean {
  if (d.type === 'categorical') return d.choices.includes(value);
  if (typeof value !== 'number' || !(value >= d.low && value <= d.high)) return false;
  const step = d.type === 'int' ? (d.step ?? 1) : d.step;
  if (step === undefined) return true;
  const k = (value - d.low) / step;
  return Math.abs(k - Math.round(k)) < 1e-8;
}

/** How many different values there are; Infinity for a continuous one. */
export function countValues(d: Distribution): number {
  if (d.type === 'categorical') return d.choices.length;
  if (d.low === d.high) return 1;
  const step = d.type === 'int' ? (d.step ?? 1) : d.step;
  return step === undefined ? Number.POSITIVE_INFINITY : Math.floor((d.high - d.low) / step + 1e-8) + 1;
}

/** `value` moved to the nearest one that `d` allows (numbers only; a float grid keeps decimal noise out). */
export function snapValue(d: FloatDistribution | IntDistribution, value: number): number {
  const clamped = Math.min(Math.max(value, d.low), d.high);
  const step = d.type === 'int' ? (d.step ?? 1) : d.step;
  if (step === undefined) return clamped;
  const k = Math.min(Math.round((clamped - d.low) / step), countValues(d) - 1);
  const snapped = d.low + k * step;
  return d.type === 'int' ? Math.round(snapped) : Number(snapped.toPrecision(12));
}

/**
 * Unit-interval coordinate to value, each allowed value covering an equal share (log: of the log scale).
 * @param u in [0, 1)
 */
export function fromUnit(d: Distribution, u: number): ParamValue {
  if (d.type === 'categorical')
    return d.choices[Math.min(Math.floor(u * d.choices.length), d.choices.length - 1)]!;
  if (d.low === d.high) return d.low;
  const [low, high] = unitBounds(d);
  const x = low + u * (high - low);
  return snapValue(d, d.log ? Math.exp(x) : x);
}

/** The inverse of {@link fromUnit}: the middle of the value's share. Categorical: (index + ½) / choices. */
export function toUnit(d: Distribution, value: ParamValue): number {
  if (d.type === 'categorical') return (Math.max(d.choices.indexOf(value), 0) + 0.5) / d.choices.length;
  if (d.low === d.high || typeof value !== 'number') return 0.5;
  const [low, high] = unitBounds(d);
  const u = ((d.log ? Math.log(Math.max(value, Number.MIN_VALUE)) : value) - low) / (high - low);
  return Math.min(Math.max(u, 0), 1);
}

/** Bounds on the scale that is searched: half a step wider for grids, so that the end values get a full share. */
export function unitBounds(d: FloatDistribution | IntDistribution): [low: number, high: number] {
  const half = (d.type === 'int' ? (d.step ?? 1) : (d.step ?? 0)) / 2;
  const top = half > 0 ? d.low + (countValues(d) - 1) * half * 2 : d.high;
  const [low, high] = [d.low - half, top + half];
  return d.log ? [Math.log(low), Math.log(high)] : [low, high];
}
