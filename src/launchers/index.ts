import { UsageError } from '../domain/errors.ts';
import type { Launcher } from '../domain/ports.ts';
import { type ProcessLauncherOptions, processLauncher } from './process.ts';

export type { ProcessLauncherOptions } from './process.ts';

/** Ways to run a trial, by name. */
export const LAUNCHERS = {
  process: processLauncher,
} satisfies Record<string, (options: ProcessLauncherOptions) => Launcher>;

/** @throws {UsageError} listing the known ones. */
export function createLauncher(name: string, options: ProcessLauncherOptions = {}): Launcher {
  if (!Object.hasOwn(LAUNCHERS, name)) {
    throw new UsageError(`No launcher "${name}".`, {
      details: [`known: ${Object.keys(LAUNCHERS).join(', ')}`],
    });
  }
  return LAUNCHERS[name as keyof typeof LAUNCHERS](options);
}
