import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export interface HpoRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HpoRunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What arrives on stdin; nothing by default. */
  readonly input?: string | Uint8Array;
}

// This file's own ending: the sources under tap.
const entry = join(dirname(dirname(fileURLToPath(import.meta.url))), 'cli', 'main.ts');

/** Runs the real `hpo` command in a process of its own, without the caller's HPO_ variables and colours. */
export async function runHpo(args: readonly string[], options: HpoRunOptions): Promise<HpoRun> {
  const result = await startHpo(args, options);
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** As {@link runHpo}, while it runs: for signals and streams. */
export function startHpo(args: readonly string[], options: HpoRunOptions) {
  return execa(entry, args, {
    node: true,
    cwd: options.cwd,
    env: { ...inheritedEnv(), ...options.env },
    extendEnv: false,
    input: options.input ?? '',
    reject: false,
    stripFinalNewline: false,
    timeout: 120_000,
  });
}

/**
 * Runs `hpo` with a terminal as its standard streams.
 * @returns everything that it wrote, control sequences included
 */
export async function runHpoOnTerminal(args: readonly string[], options: HpoRunOptions): Promise<HpoRun> {
  return runOnTerminal([process.execPath, ...process.execArgv, entry, ...args], options);
}

/** Any command with a terminal as its standard streams. */
export async function runOnTerminal(words: readonly string[], options: HpoRunOptions): Promise<HpoRun> {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const result = await execa(
    'script',
    ['--quiet', '--return', '--command', `stty cols 100 rows 30; ${quoted}`, '/dev/null'],
    {
      cwd: options.cwd,
      env: { ...inheritedEnv(), TERM: 'xterm', ...options.env },
      extendEnv: false,
      reject: false,
      timeout: 120_000,
    },
  );
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** Without the variables of `hpo`. */
export function inheritedEnv(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HPO_')));
}
