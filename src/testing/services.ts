import { spawnSync } from 'node:child_process';

/** Debian's Python, whose packages the tests use where they are installed. */
export const PYTHON = '/usr/bin/python3';

/** For a test's `skip`: why Python's `module` cannot be used, or false. HPO_REQUIRE_SERVICES=1 makes it a failure. */
export function skipWithoutPython(module: string): string | false {
  // Looks for it only: importing torch takes longer than many a test.
  const look = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`;
  if (spawnSync(PYTHON, ['-c', look]).status === 0) return false;
  if (process.env['HPO_REQUIRE_SERVICES'] === '1') return false;
  return `${PYTHON} has no ${module} (Debian: python3-${module})`;
}

/** Runs a program text; its standard output must be one JSON document. */
export function runPython(program: string, ...args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`python exited with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
