import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Storage } from '../../src/domain/ports.ts';
import type { SearchEvent } from '../../src/domain/search-event.ts';
import type { BoundStudy } from '../../src/domain/study.ts';
import { type AskParts, ask, optimize, tell } from '../../src/engine/index.ts';
import { createLauncher } from '../../src/launchers/index.ts';
import { createPruner } from '../../src/pruners/index.ts';
import { createSampler } from '../../src/samplers/index.ts';
import { openStorage } from '../../src/storage/index.ts';
import { compileTrial } from '../../src/testing/compiled-trial.ts';
import { createScriptedModel } from '../../src/testing/scripted-model.ts';
import { scriptedSpec, testOptions } from '../../src/testing/search-fixture.ts';
import { type BenchCase, median, printBench } from './report.ts';

/**
 * What a search costs beyond its trainings. The trial's process, its supervisor, the engine and the database are the
 * product's; the training is a scripted one that does nothing, which no registry offers.
 */
const dir = mkdtempSync(join(tmpdir(), 'overhead-'));
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Inside this package, where the compiled trial finds its packages. */
const compiled = mkdtempSync(join(root, 'node_modules', '.overhead-'));
const entry = compileTrial(compiled);

const ms = (run: () => void): number => {
  const start = performance.now();
  run();
  return performance.now() - start;
};
const node = (...args: string[]): void => void execFileSync(process.execPath, args, { stdio: 'ignore' });

async function withStudy<T>(
  name: string,
  settings: Record<string, number>,
  use: (study: BoundStudy, storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(`sqlite:${join(dir, `${name}.db`)}`, { create: true });
  try {
    return await use(
      (await storage.createStudy({ name, spec: scriptedSpec(settings) })) as BoundStudy,
      storage,
    );
  } finally {
    await storage.close();
  }
}

/** @returns wall ms a trial, and the engine's processor ms a report */
function runTrials(
  name: string,
  settings: Record<string, number>,
  nTrials: number,
): Promise<{ wallMs: number; cpuMs: number }> {
  return withStudy(name, settings, async (study, storage) => {
    const parts = { ...partsOf(storage), launcher: createLauncher('process', { process: { entry } }) };
    let [before, cpuMs, reports] = [process.cpuUsage(), 0, 0];
    const onEvent = (event: SearchEvent): void => {
      if (event.type !== 'report') return;
      // From report to report, so that neither the start nor the end of a trial counts.
      if (event.step > 1) {
        const { user, system } = process.cpuUsage(before);
        cpuMs += (user + system) / 1000;
        reports++;
      }
      before = process.cpuUsage();
    };
    const start = performance.now();
    await optimize(study, parts, { ...testOptions(dir), nTrials, onEvent });
    return { wallMs: (performance.now() - start) / nTrials, cpuMs: reports === 0 ? 0 : cpuMs / reports };
  });
}

function partsOf(storage: Storage) {
  return {
    storage,
    sampler: createSampler({ name: 'random', options: {} }),
    pruner: createPruner({ name: 'median', options: {} }),
    model: createScriptedModel(),
  };
}

/** Median ms of one ask in a study with so many finished trials. */
function askAfter(finished: number): Promise<number> {
  return withStudy(`asked-${finished}`, {}, async (study, storage) => {
    const parts: AskParts = partsOf(storage);
    const outcome = {
      state: 'complete',
      values: [0.5],
      metrics: { f1: 0.5 },
      artifact: null,
      details: {},
    } as const;
    const one = async (): Promise<number> => {
      const start = performance.now();
      const trial = await ask(study, parts);
      const took = performance.now() - start;
      await tell(parts as { storage: Storage }, { id: trial.id, token: null }, outcome);
      return took;
    };
    for (let i = 0; i < finished; i++) await one();
    const times: number[] = [];
    for (let i = 0; i < 101; i++) times.push(await one());
    return median(times);
  });
}

/** In turns, so that a machine that is busy for a while is busy for both. */
function versionCase(): BenchCase {
  const cli = join(root, 'dist', 'cli', 'main.js');
  if (!existsSync(cli))
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'ignore' });
  const rounds = Array.from({ length: 15 }, () => [
    ms(() => node('-e', '0')),
    ms(() => node(cli, '--version')),
  ]);
  const [peer, ours] = [median(rounds.map(([bare]) => bare!)), median(rounds.map(([, version]) => version!))];
  const ratio = ours / peer;
  return { case: 'hpo --version', ours, peer, unit: 'ms', ratio, target: '< 2.5', ok: ratio < 2.5 };
}

/** A trial's wall time less that of a bare node beside it; a negative one is the machine's doing. */
async function trialCase(): Promise<BenchCase> {
  await runTrials('warm', { reports: 0 }, 2);
  const rounds: { bareMs: number; wallMs: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const bareMs = median([1, 2, 3].map(() => ms(() => node('-e', '0'))));
    const { wallMs } = await runTrials(`nothing-${round}`, { reports: 0 }, 4);
    rounds.push({ bareMs, wallMs });
  }
  const ours = median(rounds.map(({ bareMs, wallMs }) => wallMs - bareMs));
  return {
    case: 'a do-nothing trial beyond node -e 0',
    ours,
    peer: median(rounds.map(({ bareMs }) => bareMs)),
    unit: 'ms',
    ratio: null,
    target: '< 200 ms',
    ok: ours < 200,
  };
}

try {
  const trial = await trialCase();
  // So far apart that each report is read by itself.
  const { cpuMs: perReport } = await runTrials('reporting', { reports: 10, pauseMs: 30 }, 15);
  const [few, many] = [await askAfter(100), await askAfter(10_000)];
  const cases: BenchCase[] = [
    trial,
    {
      case: 'engine CPU a report',
      ours: perReport,
      peer: null,
      unit: 'ms',
      ratio: null,
      target: '< 1 ms',
      ok: perReport < 1,
    },
    {
      case: 'ask after 10,000 trials against after 100',
      ours: many,
      peer: few,
      unit: 'ms',
      ratio: many / few,
      target: '<= 2',
      ok: many / few <= 2,
    },
    versionCase(),
  ];
  printBench(cases, process.argv.slice(2));
} finally {
  for (const folder of [dir, compiled]) rmSync(folder, { recursive: true, force: true });
}
