import { UsageError } from '../../domain/errors.ts';
import type { StudySpec } from '../../domain/study.ts';
import type { Json } from '../../domain/trial.ts';
import { DEVICE_NAMES, type DeviceName, ENGINE_NAMES, type EngineName } from '../../neural/index.ts';

/** Settings that every neural model takes (`--set NAME=VALUE`). */
export interface NeuralSettings {
  readonly engine: EngineName;
  readonly device: DeviceName;
  /** Between two checkpoints, about. */
  readonly checkpointSeconds: number;
}

export const NEURAL_SETTINGS: readonly string[] = ['engine', 'device', 'checkpointSeconds'];

type Settings = StudySpec['settings'];

/** @throws {UsageError} a value that cannot be used */
export function readNeuralSettings(settings: Settings): NeuralSettings {
  return {
    engine: oneOf(settings, 'engine', ENGINE_NAMES, 'auto'),
    device: oneOf(settings, 'device', DEVICE_NAMES, 'auto'),
    checkpointSeconds: seconds(settings, 'checkpointSeconds', 30),
  };
}

/** @throws {UsageError} a name that is none of `known` */
export function refuseUnknownSettings(settings: Settings, model: string, known: readonly string[]): void {
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`${model} has no setting "${unknown}"`, { details: [`it has ${known.join(', ')}`] });
}

function oneOf<T extends string>(settings: Settings, name: string, choices: readonly T[], fallback: T): T {
  const value = settings[name] ?? fallback;
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw badValue(name, value, `one of ${choices.join(', ')}`);
}

function seconds(settings: Settings, name: string, fallback: number): number {
  const value = settings[name] ?? fallback;
  if (typeof value === 'number' && value >= 0) return value;
  throw badValue(name, value, 'a number of seconds');
}

export const badValue = (name: string, value: Json, wanted: string): UsageError =>
  new UsageError(`the setting ${name} must be ${wanted}, not ${JSON.stringify(value)}`);
