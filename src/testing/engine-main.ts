import type { BoundStudy } from '../domain/study.ts';
import { type OptimizeOptions, optimize } from '../engine/index.ts';
import { createLauncher } from '../launchers/index.ts';
import { createPruner } from '../pruners/index.ts';
import { createSampler } from '../samplers/index.ts';
import { openStorage } from '../storage/index.ts';
import { fakeLauncher } from './fake-launcher.ts';
import { createScriptedModel } from './scripted-model.ts';
import { testOptions } from './search-fixture.ts';

// An engine in a process of its own, for tests that kill it: engine-main.ts DIR OPTIONS_JSON TRIAL_ENTRY. With `fake` as the entry
// trials run inside it. Events go to stdout, a line each. SIGINT drains, a second one stops.
const [dir, some, entry] = process.argv.slice(2) as [string, string, string];
const [drain, stop] = [new AbortController(), new AbortController()];
process.on('SIGINT', () => (drain.signal.aborted ? stop : drain).abort());
const storage = await openStorage(`sqlite:${dir}/trials.db`, { create: false });
const study = (await storage.loadStudy('scripted')) as BoundStudy;
await optimize(
  study,
  {
    storage,
    sampler: createSampler(study.spec.sampler),
    pruner: createPruner(study.spec.pruner),
    launcher: entry === 'fake' ? fakeLauncher() : createLauncher('process', { process: { entry } }),
    model: createScriptedModel(),
  },
  {
    ...testOptions(dir),
    graceMs: 2000,
    ...(JSON.parse(some) as Partial<OptimizeOptions>),
    drain: drain.signal,
    stop: stop.signal,
    onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  },
);
await storage.close();
