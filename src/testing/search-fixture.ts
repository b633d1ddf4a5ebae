import { join } from 'node:path';
import type { Test } from 'tap';
import type { Storage } from '../domain/ports.ts';
import type { SearchEvent } from '../domain/search-event.ts';
import type { BoundStudy, StudySpec } from '../domain/study.ts';
import type { Json } from '../domain/trial.ts';
import type { OptimizeOptions, Parts } from '../engine/index.ts';
import { createPruner } from '../pruners/index.ts';
import { createSampler } from '../samplers/index.ts';
import { openStorage } from '../storage/index.ts';
import { type FakeLauncher, fakeLauncher } from './fake-launcher.ts';
import { createScriptedModel } from './scripted-model.ts';

/** A study of scripted trainings in a real database, with a launcher that needs no processes. */
export interface SearchFixture {
  readonly study: BoundStudy;
  readonly parts: Parts & { readonly launcher: FakeLauncher };
  readonly storage: Storage;
  readonly dir: string;
  readonly events: SearchEvent[];
  options(some?: Partial<OptimizeOptions>): OptimizeOptions;
}

export async function createSearch(
  t: Test,
  { settings = {}, spec = {} }: { settings?: Record<string, Json>; spec?: Partial<StudySpec> } = {},
): Promise<SearchFixture> {
  const dir = t.testdir();
  const storage = await openStorage(`sqlite:${join(dir, 'trials.db')}`, { create: true });
  t.teardown(() => storage.close());
  const study = await storage.createStudy({ name: 'scripted', spec: { ...scriptedSpec(settings), ...spec } });
  const events: SearchEvent[] = [];
  return {
    study: study as BoundStudy,
    storage,
    dir,
    events,
    parts: {
      storage,
      sampler: createSampler({ name: 'random', options: {} }),
      pruner: createPruner({ name: 'none', options: {} }),
      launcher: fakeLauncher(),
      model: createScriptedModel(),
    },
    options: (some = {}) => ({
      ...testOptions(dir),
      onEvent: (event) => {
        events.push(event);
      },
      ...some,
    }),
  };
}

export function scriptedSpec(settings: Record<string, Json>): StudySpec {
  return {
    model: 'scripted',
    space: { x: { type: 'float', low: 0, high: 1 } },
    fixed: {},
    objectives: [{ metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null }],
    sampler: { name: 'random', options: {} },
    pruner: { name: 'none', options: {} },
    seed: 42,
    data: null,
    context: { nLabels: 2, nDocuments: 10, multiLabel: false },
    settings,
  };
}

export function testOptions(dir: string): OptimizeOptions {
  return {
    nTrials: 3,
    totalTrials: null,
    timeoutMs: null,
    trialTimeoutMs: null,
    memoryLimitBytes: null,
    jobs: 1,
    gpus: [],
    maxFailures: 10,
    retries: 0,
    graceMs: 200,
    runsDir: join(dir, 'runs'),
    keepModels: 3,
    confirm: 0,
    threads: 1,
    onEvent: () => {},
    drain: new AbortController().signal,
    stop: new AbortController().signal,
  };
}
