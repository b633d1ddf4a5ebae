import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What a scripted trial is made of. */
const TRIAL_FILES = [
  ...['domain', 'protocol', 'trial', 'models/command'],
  ...['testing/trial-main.ts', 'testing/scripted-model.ts'],
];
/** What an engine in a process of its own needs besides. */
const ENGINE_FILES = [
  ...TRIAL_FILES,
  ...['bayesian-optimizer', 'engine', 'launchers', 'pruners', 'samplers', 'storage'],
  ...['testing/engine-main.ts', 'testing/search-fixture.ts', 'testing/fake-launcher.ts'],
];
/** What a process of the storage's own tests needs. */
const STORAGE_FILES = ['domain', 'storage', 'testing/storage', 'testing/contention'];

const src = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Turns the scripted trial into plain JavaScript under `dir`, so that each of a test's many trial processes starts in a
 * tenth of a second instead of compiling for two.
 * @param dir inside this package, where packages are found
 * @returns the entry to launch
 */
export function compileTrial(dir: string): string {
  compile(dir, TRIAL_FILES);
  return join(dir, 'testing', 'trial-main.js');
}

/** As {@link compileTrial}, with the engine of engine-main.ts. */
export function compileEngine(dir: string): { readonly engine: string; readonly entry: string } {
  compile(dir, ENGINE_FILES);
  const scope = { type: 'module', imports: { '#bayesian-optimizer': './bayesian-optimizer/index.js' } };
  writeFileSync(join(dir, 'package.json'), JSON.stringify(scope));
  for (const script of ['supervisor.sh', 'folder-watch.sh'])
    cpSync(join(src, 'launchers', script), join(dir, 'launchers', script));
  return { engine: join(dir, 'testing', 'engine-main.js'), entry: join(dir, 'testing', 'trial-main.js') };
}

/** The programs of contention/crowd.ts. @returns their folder */
export function compileCrowd(dir: string): string {
  compile(dir, STORAGE_FILES);
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ type: 'module' }));
  return join(dir, 'testing', 'contention');
}

/** Turns sources into plain JavaScript under `dir`. @param files files and folders of src; tests are left out */
export function compile(dir: string, files: readonly string[]): void {
  for (const file of files.flatMap(listSources)) {
    const target = join(dir, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpile(readFileSync(join(src, file), 'utf8')));
  }
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/** A dozen test files compile the same sources: each is compiled once and kept by its content. */
function transpile(source: string): string {
  const hash = createHash('sha256').update(ts.version).update(JSON.stringify(OPTIONS)).update(source);
  const kept = join(dirname(src), '.tap', 'transpiled', `${hash.digest('hex')}.js`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS });
  mkdirSync(dirname(kept), { recursive: true });
  // Other test files read it at the same time: whole or not at all.
  const temporary = `${kept}.${randomUUID()}`;
  writeFileSync(temporary, outputText);
  renameSync(temporary, kept);
  return outputText;
}

function listSources(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(src, path), { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name);
    if (entry.isDirectory()) return listSources(below);
    return below.endsWith('.ts') && !below.endsWith('.test.ts') ? [below] : [];
  });
}
