import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import type { BoundStudy } from '../../domain/study.ts';
import type { SlurmLauncherOptions } from '../../launchers/slurm/slurm.ts';
import type { Config, Resolved } from '../config/config.ts';
import type { SlurmSettings } from '../config/slurm-settings.ts';

/** A launcher by name, with what it needs to know. */
export interface LauncherChoice {
  readonly name: 'process' | 'slurm';
  readonly slurm?: SlurmLauncherOptions;
}

const DEFAULT_WORKERS = 4;
const DEFAULT_IDLE_MS = 600_000;

/** How many trials run at once on the cluster; null: `--jobs` says it. */
export function clusterJobs({ launcher, slurm }: Config): number | null {
  return launcher === 'slurm' ? (slurm?.workers ?? DEFAULT_WORKERS) : null;
}

/** @throws {UsageError} a setting that cannot be, named by where it came from */
export function chooseLauncher(
  settings: Resolved,
  { study, runsDir, takeOver }: { study: BoundStudy; runsDir: string; takeOver: boolean },
): LauncherChoice {
  if (settings.config.launcher !== 'slurm') return { name: 'process' };
  const { uuid: studyUuid, name: studyName } = study;
  return { name: 'slurm', slurm: { runsDir, studyUuid, studyName, ...checkJobs(settings), takeOver } };
}

/** What the cluster's jobs are asked for. @throws {UsageError} as above */
export function checkJobs(
  settings: Resolved,
): Pick<SlurmLauncherOptions, 'workers' | 'workerIdleSeconds' | 'prologue' | 'script' | 'job'> {
  const { workers, cpus, idleMs = DEFAULT_IDLE_MS } = settings.config.slurm ?? {};
  const text = (name: TextSetting, pattern = WORD) => checkText(settings, name, pattern);
  return {
    workers: checkCount(settings, 'workers', workers) ?? DEFAULT_WORKERS,
    workerIdleSeconds: idleMs / 1000,
    prologue: checkFile(settings, 'prologue'),
    script: checkFile(settings, 'script'),
    job: {
      partition: text('partition'),
      account: text('account'),
      qos: text('qos'),
      time: text('time'),
      memory: text('memory'),
      cpus: checkCount(settings, 'cpus', cpus),
      gres: text('gres'),
      constraint: text('constraint', EXPRESSION),
    },
  };
}

/** Shown to sbatch as they are: nothing may end a line, or hold what a terminal would obey. */
const WORD = /^[\w.,:@%+/=-]+$/;
/** Features of nodes may be joined: `a100&ib`, `[rack1|rack2]`, `intel*2`. */
const EXPRESSION = /^[\w.,:@%+/=&|()[\]*!-]+$/;

type TextSetting = {
  [K in keyof SlurmSettings]-?: NonNullable<SlurmSettings[K]> extends string ? K : never;
}[keyof SlurmSettings];

function checkText({ config, sources }: Resolved, name: TextSetting, pattern: RegExp): string | null {
  const value = config.slurm?.[name];
  if (value === undefined) return null;
  if (pattern.test(value)) return value;
  throw new UsageError(`${sources.get(`slurm.${name}`)}: ${name} cannot be ${JSON.stringify(value)}`);
}

function checkCount({ sources }: Resolved, name: string, value: number | undefined): number | null {
  if (value === undefined) return null;
  if (value >= 1) return value;
  throw new UsageError(`${sources.get(`slurm.${name}`)}: ${name} must be at least 1, not ${value}`);
}

/** Absolute: a job begins in a folder of its own choice. */
function checkFile(settings: Resolved, name: 'prologue' | 'script'): string | null {
  const path = settings.config.slurm?.[name];
  if (path === undefined) return null;
  const source = settings.sources.get(`slurm.${name}`);
  if (/\p{Cc}/u.test(path)) throw new UsageError(`${source}: ${name} cannot be ${JSON.stringify(path)}`);
  if (existsSync(path)) return resolve(path);
  throw new UsageError(`${source}: there is no file ${path}`, {
    fix: 'name a shell file that every node can read',
  });
}
