import { readFile } from 'node:fs/promises';
import { templateOf } from './coordinator.ts';
import { coordinatorOptions, type SlurmLauncherOptions } from './slurm.ts';
import { sbatchArgs } from './slurm-commands.ts';

/** What would be submitted, for people to look at. */
export interface JobPlan {
  /** Absolute path of the sbatch file, and its text. */
  readonly path: string;
  readonly script: string;
  /** One word an element; the job's name is made anew for each submission. */
  readonly command: readonly string[];
}

/** An array of workers, as a search submits it. @throws ENOENT there is no such script */
export async function planWorkers(options: SlurmLauncherOptions): Promise<JobPlan> {
  const template = templateOf(coordinatorOptions(options));
  const args = sbatchArgs({ ...template, name: 'hpo-000000000000', tasks: options.workers });
  const script = await readFile(template.script, 'utf8');
  return { path: template.script, script, command: ['sbatch', ...args] };
}
