import { resolve } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import type { OptimizeOptions } from '../../engine/options.ts';
import type { Config, ConfigKey, Resolved } from '../config/config.ts';
import { DEFAULT_N_TRIALS, DEFAULTS } from './layers.ts';

/** How the search runs, without what only the running program can give. */
export type RunOptions = Omit<OptimizeOptions, 'onEvent' | 'drain' | 'stop'>;

const GRACE_MS = 5000;
/** Of a front anybody may want any model: so many stay where nobody says how many. */
const FRONT_MODELS = 20;

/** Numbers that have a least value. */
const LEAST: Readonly<Partial<Record<ConfigKey, number>>> = {
  nTrials: 1,
  totalTrials: 1,
  timeoutMs: 1,
  trialTimeoutMs: 1,
  memoryBytes: 1 << 20,
  jobs: 1,
  maxFailures: 1,
  retries: 0,
  keepModels: 1,
  threads: 1,
  seed: 0,
};

/** @throws {UsageError} a number out of its range, named by where it came from */
export function toRunOptions({ config, sources }: Resolved): RunOptions {
  const confirm = config.confirm ?? 0;
  // Nothing more is searched, but what was found may be confirmed.
  const leastValues = confirm > 0 ? { ...LEAST, nTrials: 0 } : LEAST;
  for (const [key, least] of Object.entries(leastValues) as [ConfigKey, number][]) {
    const value = config[key] as number | undefined;
    if (value !== undefined && value < least)
      throw new UsageError(`${sources.get(key)}: ${key} must be at least ${least}, not ${value}`);
  }
  const isFrontOfModels = (config.metric?.length ?? 1) > 1 && sources.get('keepModels') === 'default';
  return {
    nTrials: config.nTrials ?? defaultTrials(config),
    totalTrials: config.totalTrials ?? null,
    timeoutMs: config.timeoutMs ?? null,
    trialTimeoutMs: config.trialTimeoutMs ?? null,
    memoryLimitBytes: config.memoryBytes ?? null,
    jobs: config.jobs ?? DEFAULTS.jobs,
    gpus: config.gpus ?? [],
    maxFailures: config.maxFailures ?? DEFAULTS.maxFailures,
    retries: config.retries ?? DEFAULTS.retries,
    graceMs: GRACE_MS,
    runsDir: resolve(config.runsDir ?? DEFAULTS.runsDir),
    keepModels: isFrontOfModels ? FRONT_MODELS : (config.keepModels ?? DEFAULTS.keepModels),
    confirm,
    threads: config.threads ?? DEFAULTS.threads,
  };
}

function defaultTrials({ totalTrials, timeoutMs }: Config): number | null {
  return totalTrials === undefined && timeoutMs === undefined ? DEFAULT_N_TRIALS : null;
}
