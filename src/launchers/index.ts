import { UsageError } from '../domain/errors.ts';
import type { Launcher } from '../domain/ports.ts';
import { type ProcessLauncherOptions, processLauncher } from './process.ts';
import { type SlurmLauncherOptions, slurmLauncher } from './slurm/slurm.ts';

export type { ProcessLauncherOptions } from './process.ts';
export type { SlurmLauncherOptions } from './slurm/slurm.ts';

/** What the launchers are told; each takes its part. */
export interface LauncherOptions {
  readonly process?: ProcessLauncherOptions;
  readonly slurm?: SlurmLauncherOptions;
}

/** Ways to run a trial, by name. */
export const LAUNCHERS = {
  process: ({ process = {} }) => processLauncher(process),
  slurm: ({ slurm }) => {
    if (slurm === undefined) throw new UsageError('The slurm launcher needs to know its workers.');
    return slurmLauncher(slurm);
  },
} satisfies Record<string, (options: LauncherOptions) => Launcher>;

/** @throws {UsageError} listing the known ones. */
export function createLauncher(name: string, options: LauncherOptions = {}): Launcher {
  if (!Object.hasOwn(LAUNCHERS, name)) {
    throw new UsageError(`No launcher "${name}".`, {
      details: [`known: ${Object.keys(LAUNCHERS).join(', ')}`],
    });
  }
  return LAUNCHERS[name as keyof typeof LAUNCHERS](options);
}
