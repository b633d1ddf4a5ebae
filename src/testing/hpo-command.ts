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
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HPO_'));
  const result = await execa(entry, args, {
    node: true,
    cwd: options.cwd,
    env: { ...Object.fromEntries(inherited), ...options.env },
    extendEnv: false,
    input: options.input ?? '',
    reject: false,
    stripFinalNewline: false,
    timeout: 120_000,
  });
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}
