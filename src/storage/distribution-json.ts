import type { Distribution, ParamValue } from '../domain/distribution.ts';
import { StorageError } from '../domain/errors.ts';
import type { Json } from '../domain/trial.ts';
import { formatFloat, formatJson, parseJson } from './python-json.ts';

/** A distribution in the spelling of Optuna's `distribution_json`, key for key. */
export function formatDistribution(d: Distribution): string {
  if (d.type === 'categorical') return wrap('CategoricalDistribution', `"choices": ${formatJson(d.choices)}`);
  if (d.type === 'int') {
    const bounds = `"step": ${d.step ?? 1}, "low": ${d.low}, "high": ${d.high}`;
    return wrap('IntDistribution', `"log": ${d.log ?? false}, ${bounds}`);
  }
  const step = d.step === undefined ? 'null' : formatFloat(d.step);
  const bounds = `"low": ${formatFloat(d.low)}, "high": ${formatFloat(d.high)}`;
  return wrap('FloatDistribution', `"step": ${step}, ${bounds}, "log": ${d.log ?? false}`);
}

const wrap = (name: string, attributes: string): string =>
  `{"name": "${name}", "attributes": {${attributes}}}`;

interface Attributes {
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number | null;
  readonly q?: number;
  readonly choices: readonly ParamValue[];
}

/** Today's three classes, and the five that Optuna wrote before 3.0. */
const READERS: Readonly<Record<string, (a: Attributes) => Distribution>> = {
  FloatDistribution: (a) => float(a, a.log ?? false, a.step ?? null),
  IntDistribution: (a) => int(a, a.log ?? false, a.step ?? 1),
  CategoricalDistribution: ({ choices }) => ({ type: 'categorical', choices }),
  UniformDistribution: (a) => float(a, false, null),
  LogUniformDistribution: (a) => float(a, true, null),
  DiscreteUniformDistribution: (a) => float(a, false, a.q ?? null),
  IntUniformDistribution: (a) => int(a, false, a.step ?? 1),
  IntLogUniformDistribution: (a) => int(a, true, 1),
};

export function parseDistribution(text: string): Distribution {
  const parsed = parseJson(text) as { name?: string; attributes?: Attributes } | null;
  const name = parsed?.name ?? '';
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (read === undefined || parsed?.attributes === undefined) {
    throw new StorageError(
      `The database holds a distribution that hpo does not know: ${text.slice(0, 200)}`,
      {
        fix: 'update hpo, or use another database with --storage',
      },
    );
  }
  return read(parsed.attributes);
}

function float({ low, high }: Attributes, log: boolean, step: number | null): Distribution {
  return { type: 'float', low, high, ...(log && { log }), ...(step !== null && { step }) };
}

function int({ low, high }: Attributes, log: boolean, step: number): Distribution {
  return { type: 'int', low, high, ...(log && { log }), ...(step !== 1 && { step }) };
}

/** A parameter as the schema's FLOAT column holds it: a categorical value is its index into the choices. */
export function encodeParam(d: Distribution, value: ParamValue): number | null {
  if (d.type !== 'categorical') return typeof value === 'number' ? value : null;
  const index = d.choices.indexOf(value);
  return index < 0 ? null : index;
}

export function decodeParam(d: Distribution, stored: number): ParamValue {
  if (d.type === 'categorical') return d.choices[stored] ?? null;
  return d.type === 'int' ? Math.round(stored) : stored;
}

/** What must stay the same for one parameter name throughout a study; low, high and step may change. */
export function distributionKind(d: Distribution): string {
  if (d.type === 'categorical') return `categorical with choices ${formatJson(d.choices as Json)}`;
  return d.log ? `${d.type} on a log scale` : d.type;
}
