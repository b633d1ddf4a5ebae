import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Check, ok } from './check.ts';

/** Programs that are used where they are installed, and what for. */
const OPTIONAL_PROGRAMS = {
  fasttext: 'comparison with the official program',
  'nvidia-smi': 'GPU trials (--gpus)',
  sbatch: 'trials on a Slurm cluster',
  python3: "comparison with Python's Optuna",
} as const;

/** Which optional programs are on the PATH; none of them is needed. */
export function checkPrograms(path: string): Check[] {
  return Object.entries(OPTIONAL_PROGRAMS).map(([name, use]) => {
    const found = findProgram(name, path);
    return found === null
      ? { check: name, status: 'absent', found: `not installed; only for ${use}`, fix: null }
      : ok(name, found);
  });
}

/** The first executable file of that name on the search path, or null. */
export function findProgram(name: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here: the next folder.
    }
  }
  return null;
}
