import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttemptRecord, Launcher, LaunchRequest, RunningTrial } from '../../domain/ports.ts';
import { spoolFolder } from '../../protocol/index.ts';
import { loaderFlags } from '../loader-flags.ts';
import { Coordinator, type CoordinatorOptions } from './coordinator.ts';
import type { JobOptions } from './slurm-commands.ts';
import { SlurmTrial } from './slurm-trial.ts';
import { Workers } from './workers.ts';

export interface SlurmLauncherOptions {
  readonly runsDir: string;
  readonly studyUuid: string;
  readonly studyName: string;
  readonly workers: number;
  readonly workerIdleSeconds: number;
  /** Absolute; a shell file that each job reads first, or null. */
  readonly prologue: string | null;
  /** Absolute; an sbatch file in place of ours, or null. */
  readonly script: string | null;
  readonly job: JobOptions;
  readonly takeOver: boolean;
}

/**
 * Trials on a Slurm cluster. The engine stays where it is and is the only one to touch the database; an array of
 * long-lived workers pulls one trial after another from a spool below `runs/`, on a file system that all share. A
 * configuration is chosen when a worker is free for it, so each one knows of all that has ended before.
 */
export function slurmLauncher(options: SlurmLauncherOptions): Launcher {
  const spool = spoolFolder(options.runsDir, options.studyUuid);
  const workers = new Workers(spool);
  let warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  let opening: Promise<Coordinator> | null = null;
  const coordinate = (): Promise<Coordinator> => {
    opening ??= Coordinator.open({ ...coordinatorOptions(options, spool), onWarning }, workers);
    return opening;
  };
  return {
    name: 'slurm',
    async ready() {
      const coordinator = await coordinate();
      await coordinator.lookAfter();
      await workers.refresh();
      if (!workers.hasIdle()) return false;
      await coordinator.requireEpoch();
      return true;
    },
    async slots() {
      const coordinator = await coordinate();
      await coordinator.lookAfter();
      return coordinator.size;
    },
    takeWarnings() {
      const taken = warnings;
      warnings = [];
      return taken;
    },
    launch: async (requests) => {
      const coordinator = await coordinate();
      return await Promise.all(requests.map((request) => launch(request, workers, coordinator)));
    },
    adopt: async (attempt) => adopt(attempt, workers, await coordinate()),
    isGone: async (engine) => (await coordinate()).isEngineGone(engine),
    leave: async () => {
      const coordinator = await opening?.catch(() => null);
      await coordinator?.leave();
    },
    close: async () => {
      // One that could not be opened has nothing to give back.
      const coordinator = await opening?.catch(() => null);
      await coordinator?.close();
    },
  };
}

/** What the coordinator of a search is told. */
export function coordinatorOptions(
  options: SlurmLauncherOptions,
  spool = spoolFolder(options.runsDir, options.studyUuid),
): Omit<CoordinatorOptions, 'onWarning'> {
  const { studyName, workers, prologue, script, job, takeOver, workerIdleSeconds } = options;
  return {
    spool,
    studyName,
    workers,
    script: script ?? fileURLToPath(new URL('../../../slurm/worker.sbatch', import.meta.url)),
    command: workerCommand(spool, workerIdleSeconds),
    prologue,
    job,
    logDir: resolve(spool, 'logs'),
    takeOver,
  };
}

/** The worker lies beside this file, with the same ending: .ts in a checkout, .js when built. */
function workerCommand(spool: string, idleSeconds: number): string[] {
  const entry = fileURLToPath(new URL(`./worker-main${extname(import.meta.url)}`, import.meta.url));
  return [process.execPath, ...loaderFlags(entry, process.execArgv), entry, spool, String(idleSeconds)];
}

async function launch(
  { dir, token, trialNumber, env }: LaunchRequest,
  workers: Workers,
  coordinator: Coordinator,
): Promise<RunningTrial> {
  const { hello } = await workers
    .order({ epoch: coordinator.epoch, dir, token, trialNumber, env })
    .catch(async (error) => {
      // Workers refuse orders of a coordinator that has lost the spool.
      await coordinator.requireEpoch();
      throw error;
    });
  return new SlurmTrial({ token, dir, worker: hello.id, jobId: hello.jobId }, workers, coordinator);
}

async function adopt(
  { token, dir }: AttemptRecord,
  workers: Workers,
  coordinator: Coordinator,
): Promise<RunningTrial | null> {
  await workers.refresh();
  const worker = workers.list().find(({ beat }) => beat.token === token);
  if (worker === undefined) return null;
  const { id, jobId } = worker.hello;
  const trial = new SlurmTrial({ token, dir, worker: id, jobId }, workers, coordinator);
  return (await trial.isAlive()) ? trial : null;
}
