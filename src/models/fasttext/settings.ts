import type { Params, ParamValue } from '../../domain/distribution.ts';
import { TrialFailure } from '../../domain/ports.ts';
import type { Json } from '../../domain/trial.ts';
import { NORMALISATIONS, type Normalisation } from '../../text/normalise.ts';
import { completeArgs, type FastTextArgs, LOSSES } from './args.ts';

/** All that a training goes by: from the trial's parameters and the study's free settings. */
export interface TrainingSettings {
  readonly args: FastTextArgs;
  readonly normalisation: Normalisation;
  /** 0–1, see datasets/resample.ts. */
  readonly oversample: number;
  /** False: lines are learnt in file order, as the official program does. */
  readonly shuffle: boolean;
  /** Whether word vectors are written as text beside the model. */
  readonly vec: boolean;
}

type Values = Readonly<Record<string, ParamValue | Json | undefined>>;

/** @throws {TrialFailure} `bad-config` naming the value that cannot be used. */
export function readSettings(
  params: Params,
  settings: Readonly<Record<string, Json>>,
  seed: number,
): TrainingSettings {
  const values: Values = { ...settings, ...params };
  assertKnown(values);
  const minn = whole(values, 'minn', 0) ?? 0;
  const extra = whole(values, 'maxnExtra', 0);
  const args = completeArgs({
    ...defined({
      dim: whole(values, 'dim', 1),
      epoch: whole(values, 'epoch', 1),
      lr: real(values, 'lr', 0),
      minCount: whole(values, 'minCount', 0),
      minCountLabel: whole(values, 'minCountLabel', 0),
      wordNgrams: whole(values, 'wordNgrams', 1),
      bucket: whole(values, 'bucket', 1),
      lrUpdateRate: whole(values, 'lrUpdateRate', 0),
      ws: whole(values, 'ws', 0),
      neg: whole(values, 'neg', 0),
      t: real(values, 't', 0),
      loss: oneOf(values, 'loss', LOSSES),
      labelPrefix: text(values, 'labelPrefix'),
    }),
    minn,
    maxn: whole(values, 'maxn', minn) ?? (minn > 0 ? minn + (extra ?? 0) : 0),
    seed: whole(values, 'seed', 0) ?? Math.abs(seed) % 2 ** 31,
  });
  return {
    args,
    normalisation: oneOf(values, 'normalise', NORMALISATIONS) ?? 'lp',
    oversample: real(values, 'oversample', 0) ?? 0,
    shuffle: flag(values, 'shuffle') ?? true,
    vec: flag(values, 'vec') ?? false,
  };
}

const NAMES = [
  ...['dim', 'epoch', 'lr', 'minCount', 'minCountLabel', 'wordNgrams', 'bucket', 'minn', 'maxn', 'maxnExtra'],
  ...['loss', 'lrUpdateRate', 'ws', 'neg', 't', 'labelPrefix', 'seed'],
  ...['normalise', 'oversample', 'shuffle', 'vec'],
];

/** A misspelt setting would otherwise be without effect and without a word. */
function assertKnown(values: Values): void {
  const unknown = Object.keys(values).find((name) => !NAMES.includes(name));
  if (unknown === undefined) return;
  throw new TrialFailure('bad-config', `fasttext has no setting "${unknown}"; it has ${NAMES.join(', ')}`);
}

/** Without the names whose value is undefined: they get the defaults. */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Largest int32: the model file has no room for more. */
const MAX_INT = 2 ** 31 - 1;

function whole(values: Values, name: string, least: number): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_INT)
    return value;
  throw badValue(name, value, `a whole number of at least ${least}`);
}

function real(values: Values, name: string, least: number): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= least) return value;
  throw badValue(name, value, `a number of at least ${least}`);
}

function flag(values: Values, name: string): boolean | undefined {
  const value = values[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw badValue(name, value, 'true or false');
}

function text(values: Values, name: string): string | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && !/[\0\s]/.test(value)) return value;
  throw badValue(name, value, 'a word');
}

function oneOf<T extends string>(values: Values, name: string, choices: readonly T[]): T | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw badValue(name, value, `one of ${choices.join(', ')}`);
}

function badValue(name: string, value: unknown, wanted: string): TrialFailure {
  return new TrialFailure('bad-config', `${name} must be ${wanted}, not ${JSON.stringify(value)}`);
}
