import { setTimeout as sleep } from 'node:timers/promises';
import { StorageError, UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import type { FrozenTrial } from '../../domain/trial.ts';
import type { RunningTrials } from '../../engine/index.ts';
import { isProvenGone, trialFolder } from '../../protocol/index.ts';
import { defineCommand } from '../command.ts';
import { findLiveEngines, stopTrial, withStorage } from '../compose.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { findRunsDir, RUNS_DIR_OPTION } from '../runs-folder.ts';
import { findStudy } from '../which-study.ts';
import { findTrial } from '../which-trial.ts';

const GRACE_MS = 5000;
/** An engine that was told to stop now needs the grace period and a little. */
const WAIT_MS = 600_000;

/** `hpo stop`: a search of this machine, or one of its trials. */
export default defineCommand({
  name: 'stop',
  summary: 'Stop a running search of this machine, or one of its trials',
  positionals: {
    number: { kind: 'integer', describe: 'number of a running trial; without it the whole search' },
  },
  options: {
    now: { kind: 'flag', describe: 'stop the running trials too, instead of letting them finish' },
    wait: { kind: 'flag', describe: 'until the search has ended' },
    runsDir: RUNS_DIR_OPTION,
  },
  examples: ['stop', 'stop --now --wait', 'stop 17'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const options = studyOptions(io, args, study.name);
      const trials = await storage.getTrials(study.id);
      const running = trials.filter(({ state }) => state === 'running');
      const runsDir = await findRunsDir(storage, running[0] ?? trials.at(-1), args.runsDir);
      const found = await findLiveEngines(storage, study, runsDir);
      if (args.number !== undefined) {
        const trial = findTrial(study, trials, args.number, options);
        const stopped = await stopOne({ storage, study, trial, runsDir, found, options });
        printListing(io, { ...stopped, single: true });
      } else {
        const { rows, columns } = stopEngines(found, args.now ? 'SIGTERM' : 'SIGINT');
        printListing(io, { rows, columns });
        if (rows.length === 0) io.note(describeIdle(found, options));
        if (args.wait) await waitForEnd(found);
      }
      io.next(`hpo trials ${options}`);
      return 0;
    }),
});

/** The signals that Ctrl-C sends, once or twice: only to a process that is on record as an engine, here. */
function stopEngines({ engines }: RunningTrials, signal: 'SIGINT' | 'SIGTERM') {
  const rows = engines.map(({ process: { host, pid }, isHere, trials }) => ({
    pid,
    host,
    trials: [...trials],
    told: isHere && send(pid, signal),
  }));
  return { rows, columns: ['pid', 'host', 'trials', 'told'].map((name) => ({ name })) };
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function describeIdle({ orphans }: RunningTrials, options: string): string {
  if (orphans.length === 0) return 'no search runs here';
  return `no search runs here; trials ${orphans.join(', ')} have no engine: hpo optimize ${options} takes them over`;
}

async function waitForEnd({ engines }: RunningTrials): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  const mine = engines.filter(({ isHere }) => isHere);
  while (mine.some((engine) => !isProvenGone(engine.process))) {
    if (performance.now() > deadline)
      throw new StorageError('the search has not ended within 10 minutes', { fix: 'hpo stop --now --wait' });
    await sleep(100);
  }
}

interface Scene {
  readonly storage: Storage;
  readonly study: Study;
  readonly trial: FrozenTrial;
  readonly runsDir: string;
  readonly found: RunningTrials;
  readonly options: string;
}

async function stopOne({ storage, study, trial, runsDir, found, options }: Scene) {
  const { number, id, state } = trial;
  if (state !== 'running')
    throw new UsageError(`trial ${number} is ${state}, not running`, {
      fix: `hpo show ${number} ${options}`,
    });
  const attempt = (await storage.listAttempts(id)).at(-1);
  if (attempt === undefined || attempt.endedAt !== null || attempt.launcher !== 'process')
    throw new UsageError(`trial ${number} is not run by an engine`, {
      fix: `hpo tell ${number} --state fail --force ${options}`,
    });
  const elsewhere = found.engines.find(({ isHere, trials }) => !isHere && trials.includes(number));
  if (elsewhere !== undefined)
    throw new UsageError(`trial ${number} runs on ${elsewhere.process.host}; stop it there`);
  const trialDir = trialFolder(runsDir, study.uuid, number);
  const wasAlive = await stopTrial(attempt, { runsDir, trialDir, graceMs: GRACE_MS });
  // Without an engine nobody else would record it; the token keeps a new one from being overruled.
  if (found.orphans.includes(number)) {
    const failure = { kind: 'cancelled', message: 'stopped by hpo stop' } as const;
    await storage.finishTrial(id, attempt.token, { state: 'fail', failure }, { failure });
  }
  return {
    rows: [{ number, told: wasAlive, engine: found.orphans.includes(number) ? 'gone' : 'lives' }],
    columns: [{ name: 'number' }, { name: 'told' }, { name: 'engine' }],
  };
}
