import { resolve } from 'node:path';
import { UsageError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import type { SearchSummary } from '../domain/search-event.ts';
import { type BoundStudy, OWN_MODEL } from '../domain/study.ts';
import { type OptimizeOptions, optimize as search } from '../engine/index.ts';
import { createLauncher } from '../launchers/index.ts';
import { loadModel } from '../models/index.ts';
import { createPruner } from '../pruners/index.ts';
import { createSampler } from '../samplers/index.ts';

const DEFAULTS: OptimizeOptions = {
  nTrials: null,
  totalTrials: null,
  timeoutMs: null,
  trialTimeoutMs: null,
  memoryLimitBytes: null,
  jobs: 1,
  gpus: [],
  maxFailures: 10,
  retries: 2,
  graceMs: 5000,
  runsDir: 'runs',
  keepModels: 3,
  confirm: 0,
  threads: 1,
  onEvent: () => {},
  drain: new AbortController().signal,
  stop: new AbortController().signal,
};

/**
 * Searches until one of the limits is reached; each trial is a process of its own.
 * @throws {FailureLimitError} too many trials fail
 * @throws {UsageError} the study's objective is a function of the caller's
 */
export async function optimize(
  storage: Storage,
  study: BoundStudy,
  options: Partial<OptimizeOptions>,
): Promise<SearchSummary> {
  const { sampler, pruner, model } = study.spec;
  if (model === OWN_MODEL)
    throw new UsageError(`the objective of study "${study.name}" is a function of yours`, {
      fix: 'optimizeFunction(storage, study, objective, options)',
    });
  const parts = {
    storage,
    sampler: createSampler(sampler),
    pruner: createPruner(pruner),
    launcher: createLauncher('process'),
    model: await loadModel(model),
  };
  const merged = { ...DEFAULTS, ...options };
  return search(study, parts, { ...merged, runsDir: resolve(merged.runsDir) });
}
