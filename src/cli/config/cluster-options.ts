import type { ArgsOf, Options } from '../command.ts';

const GROUP = 'Slurm:';

/** What a job of the cluster is asked for. */
export const JOB_OPTIONS = {
  workers: {
    kind: 'integer',
    describe: 'jobs that run trials',
    env: 'HPO_WORKERS',
    fallback: '4',
    group: GROUP,
  },
  partition: { kind: 'string', describe: 'of the cluster', env: 'HPO_SLURM_PARTITION', group: GROUP },
  account: { kind: 'string', describe: 'that pays', env: 'HPO_SLURM_ACCOUNT', group: GROUP },
  qos: { kind: 'string', describe: 'quality of service', env: 'HPO_SLURM_QOS', group: GROUP },
  jobTime: {
    kind: 'string',
    describe: 'time limit of a job, such as 4:00:00',
    env: 'HPO_SLURM_TIME',
    group: GROUP,
  },
  jobMemory: {
    kind: 'string',
    describe: 'memory of a job, such as 8G',
    env: 'HPO_SLURM_MEMORY',
    group: GROUP,
  },
  cpus: { kind: 'integer', describe: 'processors of a job', env: 'HPO_SLURM_CPUS', group: GROUP },
  gres: { kind: 'string', describe: 'devices of a job, such as gpu:1', env: 'HPO_SLURM_GRES', group: GROUP },
  nodeConstraint: {
    kind: 'string',
    describe: 'features that a node must have, such as a100',
    env: 'HPO_SLURM_CONSTRAINT',
    group: GROUP,
  },
  prologue: {
    kind: 'string',
    describe: 'a shell file that a job reads first (module load, a container)',
    env: 'HPO_SLURM_PROLOGUE',
    group: GROUP,
  },
  jobScript: {
    kind: 'string',
    describe: "your own sbatch file in place of hpo's (hpo slurm script prints that)",
    env: 'HPO_SLURM_SCRIPT',
    group: GROUP,
  },
  workerIdle: {
    kind: 'duration',
    describe: 'a worker without work ends after',
    env: 'HPO_SLURM_IDLE',
    fallback: '10m',
    group: GROUP,
  },
} as const satisfies Options;

/** Where trials run. */
export const CLUSTER_OPTIONS = {
  launcher: {
    kind: 'string',
    describe: 'what runs the trials',
    choices: ['process', 'slurm'],
    env: 'HPO_LAUNCHER',
    fallback: 'process',
    group: GROUP,
  },
  ...JOB_OPTIONS,
  takeOver: { kind: 'flag', describe: 'take the place of another coordinator', group: GROUP },
} as const satisfies Options;

export type ClusterArgs = Partial<ArgsOf<typeof CLUSTER_OPTIONS>>;
