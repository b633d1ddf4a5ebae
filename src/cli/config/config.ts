import type { Params } from '../../domain/distribution.ts';
import type { Direction } from '../../domain/objective.ts';
import type { SpaceEntry } from '../../domain/search-space.ts';
import type { Choice } from '../../domain/study.ts';
import type { Json } from '../../domain/trial.ts';
import type { SlurmSettings } from './slurm-settings.ts';

/** A parameter as a person narrows or replaces it: what is left out stays as the model has it. */
export type SpacePatch = Readonly<Record<string, Partial<SpaceEntry>>>;

/** Everything a person may set for a study and a search, from whatever place it came. Absent: not set there. */
export interface Config {
  readonly study?: string;
  readonly model?: string;

  readonly train?: string;
  readonly valid?: string;
  readonly test?: string;
  readonly dataFormat?: string;
  readonly textColumn?: string | number;
  readonly labelColumn?: string | number;
  readonly labelSeparator?: string;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly labelPrefix?: string;
  readonly validFraction?: number;
  readonly dedupe?: boolean;

  /** One an objective, as typed: `f0.5`, `seconds:minimize`. */
  readonly metric?: readonly string[];
  readonly direction?: Direction;
  readonly average?: string;
  readonly positiveLabel?: string;
  /** As typed: `modelBytes <= 5MB`. */
  readonly constraints?: readonly string[];
  readonly pruneBy?: string;
  readonly sampler?: Choice;
  readonly pruner?: Choice;
  readonly seed?: number;
  /** `STUDY` or `STUDY@STORAGE`. */
  readonly warmStart?: string;
  /** 0: one validation set. */
  readonly folds?: number;
  readonly space?: SpacePatch;
  readonly fix?: Params;
  readonly set?: Readonly<Record<string, Json>>;

  readonly nTrials?: number;
  readonly totalTrials?: number;
  readonly timeoutMs?: number;
  readonly trialTimeoutMs?: number;
  readonly memoryBytes?: number;
  readonly jobs?: number;
  readonly gpus?: readonly string[];
  readonly maxFailures?: number;
  readonly retries?: number;
  readonly runsDir?: string;
  readonly keepModels?: number;
  /** 0: no confirmation. */
  readonly confirm?: number;
  readonly threads?: number;
  readonly launcher?: 'process' | 'slurm';
  readonly slurm?: SlurmSettings;
}

export type ConfigKey = keyof Config;

/** The settings of one place: command line with environment, study file, stored study, defaults. */
export interface Layer {
  readonly values: Config;
  /** Where a value stands, for people: `--jobs`, `HPO_JOBS`, `studies/a.yaml:12`. `key` may be dotted: `fix.lr`. */
  readonly source: (key: string) => string;
}

export interface Resolved {
  readonly config: Config;
  /** By key; those of `fix`, `set`, `space` and `slurm` by `fix.lr`. */
  readonly sources: ReadonlyMap<string, string>;
}

/** These hold values by name, and each name is decided on its own. */
const BY_NAME = ['space', 'fix', 'set', 'slurm'] as const;

/** The first layer that has a value decides. */
export function resolveConfig(layers: readonly Layer[]): Resolved {
  const config: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const { values, source } of layers) {
    for (const [path, value] of listSettings(values)) {
      const key = path.join('.');
      if (sources.has(key)) continue;
      sources.set(key, source(key));
      const [first, name] = path;
      if (name === undefined) config[first] = value;
      else config[first] = { ...(config[first] as object | undefined), [name]: value };
    }
  }
  return { config: config as Config, sources };
}

type Setting = readonly [path: readonly [key: string, name?: string], value: unknown];

function listSettings(values: Config): Setting[] {
  return Object.entries(values).flatMap(([key, value]): Setting[] => {
    if (value === undefined) return [];
    if (!(BY_NAME as readonly string[]).includes(key)) return [[[key], value]];
    return Object.entries(value as object).map(([name, entry]) => [[key, name], entry]);
  });
}
