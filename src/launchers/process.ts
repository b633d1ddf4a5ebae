import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HpoError, UsageError } from '../domain/errors.ts';
import type { AttemptRecord, Launcher, LaunchRequest, RunningTrial } from '../domain/ports.ts';
import { ATTEMPT_FILES, type AttemptStarted, encodeRecord, readRecord, thisHost } from '../protocol/index.ts';
import { loaderFlags } from './loader-flags.ts';
import { currentProcesses } from './process-table.ts';
import { TrialProcess } from './trial-process.ts';

export interface ProcessLauncherOptions {
  /** The script that a trial's process runs, given its attempt folder; the default is this package's own trial. */
  readonly entry?: string;
}

/** How long a supervisor may take to write started.json; it takes 5 ms on a machine that is not short of anything. */
const START_TIMEOUT_MS = 30_000;

/** Trials as processes of this machine, each under a supervisor of its own that outlives the engine. */
export function processLauncher({ entry = defaultEntry() }: ProcessLauncherOptions = {}): Launcher {
  return {
    name: 'process',
    launch: (requests) => Promise.all(requests.map((request) => launch(entry, request))),
    adopt,
  };
}

/** The trial lies beside this file's folder, with the same ending: .ts in a checkout, .js when built. */
function defaultEntry(): string {
  return fileURLToPath(new URL(`../trial/main${extname(import.meta.url)}`, import.meta.url));
}

async function launch(entry: string, request: LaunchRequest): Promise<RunningTrial> {
  if (process.platform === 'win32') {
    throw new UsageError('Trials cannot be run on Windows itself.', { fix: 'use WSL 2, Linux or macOS' });
  }
  const { dir, token } = request;
  const { execa } = await import('execa');
  const supervisor = fileURLToPath(new URL('./supervisor.sh', import.meta.url));
  const command = [process.execPath, ...loaderFlags(entry, process.execArgv), entry, dir];
  // Facts of this host go in as JSON without the closing brace: sh then has nothing to quote.
  const facts = encodeRecord({ token, ...thisHost() }).slice(0, -1);
  const supervised = execa('/bin/sh', [supervisor, dir, ...command], {
    detached: true,
    cleanup: false,
    stdio: 'ignore',
    reject: false,
    env: {
      ...request.env,
      HPO_TRIAL_DIR: dir,
      HPO_SUPERVISED: facts,
      HPO_SUPERVISED_TOKEN: token,
    },
  });
  supervised.unref();
  return new TrialProcess(dir, await waitForStart(request, supervised));
}

interface ChildFacts {
  readonly pid?: number;
  readonly exitCode: number | null;
  readonly signalCode: string | null;
}

async function waitForStart(
  { dir, trialNumber }: LaunchRequest,
  supervisor: ChildFacts,
): Promise<AttemptStarted> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (let pauseMs = 2; performance.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    const ended =
      supervisor.pid === undefined || supervisor.exitCode !== null || supervisor.signalCode !== null;
    const started = await readRecord<AttemptStarted>(dir, ATTEMPT_FILES.started);
    if (started !== null) return started;
    if (ended) break;
    await sleep(pauseMs);
  }
  throw new HpoError(`Trial ${trialNumber} could not be started.`, {
    details: [`its folder is ${dir}`],
    fix: 'check free disk space and the limit on processes (ulimit -u)',
  });
}

async function adopt(attempt: AttemptRecord): Promise<RunningTrial | null> {
  const started = await readStarted(attempt);
  if (started === null || started.token !== attempt.token) return null;
  const trial = new TrialProcess(attempt.dir, started);
  return (await trial.isAlive()) ? trial : null;
}

/** An engine killed within milliseconds of a launch leaves a supervisor that has yet to write started.json. */
async function readStarted({ dir, token }: AttemptRecord): Promise<AttemptStarted | null> {
  for (;;) {
    const started = await readRecord<AttemptStarted>(dir, ATTEMPT_FILES.started);
    if (started !== null || currentProcesses().supervisorOf(token) === null) return started;
    await sleep(20);
  }
}
