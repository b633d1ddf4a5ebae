import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What a scripted trial is made of. */
const FILES = ['domain', 'protocol', 'trial', 'testing/trial-main.ts', 'testing/scripted-model.ts'];

const src = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Turns the scripted trial into plain JavaScript under `dir`, so that each of a test's many trial processes starts in a
 * tenth of a second instead of compiling for two.
 * @param dir inside this package, where packages are found
 * @returns the entry to launch
 */
export function compileTrial(dir: string): string {
  for (const file of FILES.flatMap(listSources)) {
    const { outputText } = ts.transpileModule(readFileSync(join(src, file), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    const target = join(dir, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  return join(dir, 'testing', 'trial-main.js');
}

function listSources(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(src, path))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(path, name));
}
