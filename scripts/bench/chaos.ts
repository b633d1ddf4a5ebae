// A soak: engines, supervisors and trials are killed (kill -9) at random moments, one by one and all at once, and then
// everything must be as if nobody had been.
//   npm run bench:chaos -- [-f json] [--kills 300] [--seed 1] [--engines 2]
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/domain/random.ts';
import type { SearchEvent } from '../../src/domain/search-event.ts';
import type { OptimizeOptions } from '../../src/engine/index.ts';
import { openStorage } from '../../src/storage/index.ts';
import { compileEngine } from '../../src/testing/compiled-trial.ts';
import { scriptedSpec } from '../../src/testing/search-fixture.ts';
import { type EngineProcess, startEngine } from './chaos/engine-process.ts';
import { findBrokenPromises } from './chaos/verdict.ts';
import { findVictims, kill } from './chaos/victims.ts';
import { type BenchCase, printBench } from './report.ts';

const argv = process.argv.slice(2);
const { values } = parseArgs({
  args: argv,
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    engines: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    format: { type: 'string', short: 'f' },
  },
});
const nKills = Number(values.kills);
const rng = createRng(Number(values.seed), 0);
const REPORTS = 4;
/** Trials that the undisturbed end of the search must still bring. */
const MORE_TRIALS = 5;
const GIVE_UP_MS = 120_000;
const ENGINE_OPTIONS: Partial<OptimizeOptions> = { nTrials: null, jobs: 2, retries: 2, maxFailures: 1e9 };

/** Inside this package, where the compiled engine finds its packages. */
const root = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const dir = mkdtempSync(join(root, '.chaos-'));
const runsDir = join(dir, 'runs');
const events: SearchEvent[] = [];
const killed = new Map<string, Set<string>>();
const engines: EngineProcess[] = [];
/** Which engines may be killed before they work, by pid. */
const youngDeaths = new Map<number, boolean>();
const kills = { trial: 0, supervisor: 0, engine: 0 };
const broken: string[] = [];

const TARGETS = ['trial', 'supervisor', 'engine', 'attempt', 'everything'] as const;
type Target = (typeof TARGETS)[number];

async function soak(): Promise<{ readonly trials: number; readonly seconds: number }> {
  const command = {
    ...compileEngine(join(dir, 'compiled')),
    dir,
    onEvent: (event: SearchEvent) => void events.push(event),
  };
  const storage = await openStorage(join(dir, 'trials.db'), { create: true });
  const start = performance.now();
  try {
    const settings = { reports: REPORTS, pauseMs: 50 };
    const { id: studyId } = await storage.createStudy({ name: 'scripted', spec: scriptedSpec(settings) });
    while (kills.trial + kills.supervisor + kills.engine < nKills) {
      replaceDead(() => startEngine(command, ENGINE_OPTIONS));
      await sleep(30 + rng.uniform() * 700);
      killOne(TARGETS[Math.floor(rng.uniform() * TARGETS.length)]!);
    }
    for (const { pid } of engines) kill(pid);
    await Promise.all(engines.map(({ ended }) => ended));
    const finished = (await storage.getTrials(studyId)).filter(({ state }) => state === 'complete').length;
    await finish(() => startEngine(command, { ...ENGINE_OPTIONS, totalTrials: finished + MORE_TRIALS }));
    const told = { dir, runsDir, studyId, reports: REPORTS, killed, enginesKilled: kills.engine, events };
    broken.push(...(await findBrokenPromises(storage, told)));
    const trials = await storage.getTrials(studyId);
    const complete = trials.filter(({ state }) => state === 'complete').length;
    if (complete < finished + MORE_TRIALS)
      broken.push(`the search ended with ${complete} of ${finished + MORE_TRIALS} trials`);
    return { trials: trials.length, seconds: (performance.now() - start) / 1000 };
  } finally {
    await storage.close();
  }
}

function replaceDead(start: () => EngineProcess): void {
  for (let i = 0; i < Number(values.engines); i++) {
    const engine = engines[i];
    if (engine === undefined || engine.hasEnded()) engines[i] = start();
  }
}

function killOne(target: Target): void {
  const victims = findVictims(runsDir);
  const token = victims[Math.floor(rng.uniform() * victims.length)]?.token;
  const hit = (role: Target): void => {
    const chosen = victims.filter(
      (victim) =>
        target === 'everything' || (victim.token === token && (role === 'attempt' || victim.role === role)),
    );
    for (const victim of chosen) {
      // On record before it happens: the engine may see it sooner than we return.
      killed.set(victim.token, (killed.get(victim.token) ?? new Set()).add(victim.role));
      if (kill(victim.pid)) kills[victim.role]++;
    }
  };
  switch (target) {
    case 'trial':
    case 'supervisor':
    case 'attempt':
      hit(target);
      break;
    case 'engine':
      killEngine(engines[Math.floor(rng.uniform() * engines.length)]!.pid);
      break;
    case 'everything':
      for (const { pid } of engines) killEngine(pid);
      hit(target);
      break;
  }
}

/**
 * Of those that are still starting only a few are killed, drawn once for each: on a busy machine a start takes so long that a
 * draw with every kill would leave nobody who works.
 */
function killEngine(pid: number): void {
  const engine = engines.find((one) => one.pid === pid && !one.hasEnded());
  if (engine === undefined || (!engine.hasSpoken() && !mayDieYoung(pid))) return;
  if (kill(pid)) kills.engine++;
}

function mayDieYoung(pid: number): boolean {
  const drawn = youngDeaths.get(pid) ?? rng.uniform() < 0.2;
  youngDeaths.set(pid, drawn);
  return drawn;
}

/** The search without disturbance, to its budget. */
async function finish(start: () => EngineProcess): Promise<void> {
  const engine = start();
  const code = await Promise.race([engine.ended, sleep(GIVE_UP_MS, 'late' as const, { ref: false })]);
  if (code !== 0) broken.push(`the last engine ended with ${code}`);
  if (code === 'late') kill(engine.pid);
}

function shown(name: string, ours: number, unit: string): BenchCase {
  return { case: name, ours, peer: null, unit, ratio: null, target: 'shown only', ok: null };
}

try {
  const { trials, seconds } = await soak();
  for (const what of broken) console.error(what);
  printBench(
    [
      {
        ...shown(`broken promises, seed ${values.seed}`, broken.length, ''),
        target: '0',
        ok: broken.length === 0,
      },
      ...Object.entries(kills).map(([role, count]) => shown(`kills of ${role}s`, count, '')),
      shown('trials', trials, ''),
      shown('duration', seconds, 's'),
    ],
    argv,
  );
} finally {
  for (const { pid } of [...engines.filter((engine) => !engine.hasEnded()), ...findVictims(runsDir)])
    kill(pid);
  if (!values.keep) rmSync(dir, { recursive: true, force: true });
}
