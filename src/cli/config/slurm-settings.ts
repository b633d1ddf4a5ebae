import { kebab } from '../option-names.ts';
import type { ClusterArgs, JOB_OPTIONS } from './cluster-options.ts';

/** What jobs of a cluster are asked for, by the names of a study file's `slurm` block. Absent: not set there. */
export interface SlurmSettings {
  readonly workers?: number;
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly time?: string;
  readonly memory?: string;
  readonly cpus?: number;
  readonly gres?: string;
  readonly constraint?: string;
  readonly prologue?: string;
  readonly script?: string;
  readonly idleMs?: number;
}

/** The option of each: where the study file's block says what it is about, the command line has to. */
const OPTION_OF = {
  workers: 'workers',
  partition: 'partition',
  account: 'account',
  qos: 'qos',
  time: 'jobTime',
  memory: 'jobMemory',
  cpus: 'cpus',
  gres: 'gres',
  constraint: 'nodeConstraint',
  prologue: 'prologue',
  script: 'jobScript',
  idleMs: 'workerIdle',
} as const satisfies Record<keyof SlurmSettings, keyof typeof JOB_OPTIONS>;

export const SLURM_SETTINGS = Object.keys(OPTION_OF) as (keyof SlurmSettings)[];

/** Those that command line and environment give; undefined where they give none. */
export function slurmSettingsOf(args: ClusterArgs): SlurmSettings | undefined {
  const given = SLURM_SETTINGS.flatMap((name) => {
    const value = args[OPTION_OF[name]];
    return value === undefined ? [] : [[name, value] as const];
  });
  return given.length === 0 ? undefined : (Object.fromEntries(given) as SlurmSettings);
}

/** The option that a setting is typed as: `time` is `--job-time`. */
export const slurmFlag = (name: keyof SlurmSettings): string => `--${kebab(OPTION_OF[name])}`;

/** The camelCase name of that option. */
export const slurmOption = (name: string): string => OPTION_OF[name as keyof SlurmSettings];
