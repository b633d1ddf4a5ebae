import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Storage } from '../domain/ports.ts';
import type { FrozenTrial } from '../domain/trial.ts';
import { assertInside } from '../protocol/index.ts';

/** The option of commands that go into the trials' folders. */
export const RUNS_DIR_OPTION = {
  kind: 'string',
  describe: 'where trials worked',
  env: 'HPO_RUNS_DIR',
  fallback: 'where the storage says',
} as const;

/** The folder that held the runs, unless it was moved: then the one beside which hpo runs. Absolute. */
export async function findRunsDir(
  storage: Storage,
  trial: FrozenTrial | undefined,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) return resolve(given);
  const last = trial === undefined ? undefined : (await storage.listAttempts(trial.id)).at(-1);
  // runs/<study>/<thousand>/<trial>/<attempt>
  const stored = last === undefined ? null : resolve(last.dir, '../../../..');
  return stored !== null && existsSync(stored) ? stored : resolve('runs');
}

/**
 * A folder below the runs, if it is there and really lies there.
 * @throws {ProtocolError} a link, or somebody else's
 */
export async function checkFolder(runsDir: string, folder: string): Promise<string | null> {
  if (!existsSync(folder)) return null;
  await assertInside(runsDir, folder);
  return folder;
}
