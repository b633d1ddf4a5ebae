import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import type { BoundStudy } from '../../domain/study.ts';
import type { SlurmLauncherOptions } from '../../launchers/slurm/slurm.ts';
import type { ClusterArgs } from '../config/cluster-options.ts';

/** A launcher by name, with what it needs to know. */
export interface LauncherChoice {
  readonly name: 'process' | 'slurm';
  readonly slurm?: SlurmLauncherOptions;
}

const DEFAULT_WORKERS = 4;
const DEFAULT_IDLE_SECONDS = 600;

/** How many trials run at once on the cluster; null: `--jobs` says it. */
export function clusterJobs({ launcher, workers }: ClusterArgs): number | null {
  return launcher === 'slurm' ? (workers ?? DEFAULT_WORKERS) : null;
}

/** @throws {UsageError} an option that cannot be, or one of Slurm's without Slurm */
export function chooseLauncher(args: ClusterArgs, study: BoundStudy, runsDir: string): LauncherChoice {
  if (args.launcher !== 'slurm') return { name: 'process' };
  const { workers = DEFAULT_WORKERS, prologue, workerIdle } = args;
  if (workers < 1) throw new UsageError(`--workers must be at least 1, not ${workers}`);
  return {
    name: 'slurm',
    slurm: {
      runsDir,
      studyUuid: study.uuid,
      studyName: study.name,
      workers,
      workerIdleSeconds: workerIdle === undefined ? DEFAULT_IDLE_SECONDS : workerIdle / 1000,
      prologue: prologue === undefined ? null : requireFile(prologue),
      job: jobOf(args),
      takeOver: args.takeOver ?? false,
    },
  };
}

/** Asked for by name, and shown to sbatch as they are: nothing may look like another option or end a line. */
const WORD = /^[\w.,:@%+/=-]+$/;

function jobOf(args: ClusterArgs): SlurmLauncherOptions['job'] {
  const word = (name: 'partition' | 'account' | 'qos' | 'jobTime' | 'jobMemory' | 'gres'): string | null => {
    const value = args[name];
    if (value === undefined) return null;
    if (!WORD.test(value)) throw new UsageError(`--${name} cannot be ${JSON.stringify(value)}`);
    return value;
  };
  return {
    partition: word('partition'),
    account: word('account'),
    qos: word('qos'),
    time: word('jobTime'),
    memory: word('jobMemory'),
    cpus: args.cpus ?? null,
    gres: word('gres'),
  };
}

function requireFile(path: string): string {
  if (existsSync(path)) return resolve(path);
  throw new UsageError(`There is no file ${path} for --prologue.`, {
    fix: 'name a shell file that every node can read',
  });
}
