import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { compile } from './compiled-trial.ts';
import { type HpoRun, type HpoRunOptions, inheritedEnv, runOnTerminal } from './hpo-command.ts';

const src = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(src);
/** What runs beside JavaScript. */
const ASSETS = ['launchers/supervisor.sh', 'launchers/folder-watch.sh', 'models/fasttext/kernel.wasm'];
const OLD_MS = 3_600_000;

/**
 * As `runHpo`, from plain JavaScript: the command and each of its trials start in a third of a second instead of two. For
 * tests that start many; they do not count for coverage.
 */
export async function runCompiledHpo(
  args: readonly string[],
  { cwd, env = {} }: HpoRunOptions,
): Promise<HpoRun> {
  const result = await execa(process.execPath, [compileHpo(), ...args], {
    cwd,
    env: { ...inheritedEnv(), NODE_OPTIONS: '', ...env },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    stripFinalNewline: false,
    timeout: 120_000,
  });
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** As `runHpoOnTerminal`. */
export function runCompiledHpoOnTerminal(
  args: readonly string[],
  { cwd, env }: HpoRunOptions,
): Promise<HpoRun> {
  return runOnTerminal([process.execPath, compileHpo(), ...args], {
    cwd,
    env: { NODE_OPTIONS: '', ...env },
  });
}

let compiled: string | null = null;

/** Compiles the command once for all test files, until a source changes. @returns its entry */
function compileHpo(): string {
  compiled ??= join(compileOnce(join(root, '.tap', 'compiled')), 'dist', 'cli', 'main.js');
  return compiled;
}

function compileOnce(folder: string): string {
  const areas = readdirSync(src).filter((name) => name !== 'testing' && !name.includes('.'));
  const dir = join(folder, hashSources());
  if (existsSync(dir)) return dir;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder))
    if (Date.now() - statSync(join(folder, name)).mtimeMs > OLD_MS)
      rmSync(join(folder, name), { recursive: true, force: true });
  const temporary = join(folder, randomUUID());
  compile(join(temporary, 'dist'), areas);
  for (const asset of ASSETS)
    if (existsSync(join(src, asset))) cpSync(join(src, asset), join(temporary, 'dist', asset));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
  const imports = { '#bayesian-optimizer': './dist/bayesian-optimizer/index.js' };
  writeFileSync(join(temporary, 'package.json'), JSON.stringify({ ...manifest, imports }));
  try {
    renameSync(temporary, dir);
  } catch (error) {
    rmSync(temporary, { recursive: true });
    // Another test file may have been quicker.
    if (!existsSync(dir)) throw error;
  }
  return dir;
}

function hashSources(): string {
  const hash = createHash('sha256');
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...files, join(root, 'package.json')]) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
