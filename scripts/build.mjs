// Builds dist/: TypeScript with tsc, the WebAssembly kernels, a bundle of tfjs-core, a runnable entry.
//   node scripts/build.mjs [--kernels]     --kernels: only what src itself needs to run
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (name, ...args) => execFileSync(bin(name), args, { cwd: root, stdio: 'inherit' });

/** WebAssembly kernels: source → module; built beside the source too, so that src runs without a build of dist. */
const KERNELS = [
  ['src/models/fasttext/assembly/kernel.ts', 'models/fasttext/kernel.wasm'],
  ['src/neural/optimizer/assembly/kernel.ts', 'neural/optimizer/kernel.wasm'],
];
/** tfjs-core in one file (see src/neural/tensorflow/core.d.ts); minified, or it would be 80,000 uncovered lines of ours. */
const BUNDLE = 'neural/tensorflow/core.js';

const quick = process.argv.includes('--kernels');
if (!quick) rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [source, target] of KERNELS) {
  if (!existsSync(join(root, source))) continue;
  run(
    'asc',
    source,
    '-o',
    join('src', target),
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--importMemory',
  );
  if (quick) continue;
  mkdirSync(dirname(join(root, 'dist', target)), { recursive: true });
  cpSync(join(root, 'src', target), join(root, 'dist', target));
}
run(
  'esbuild',
  'src/neural/tensorflow/bundle-entry.mjs',
  `--outfile=src/${BUNDLE}`,
  '--bundle',
  '--minify',
  '--line-limit=2000',
  '--platform=node',
  '--format=esm',
  '--main-fields=module,main',
  '--log-level=warning',
  `--banner:js=import{createRequire}from'node:module';const require=createRequire(import.meta.url);`,
);
if (!quick) {
  run('tsc', '-p', 'tsconfig.build.json');
  // Subpath imports belong to the nearest package.json: this one sends dist to dist, the root's sends src to src.
  const scope = { type: 'module', imports: { '#bayesian-optimizer': './bayesian-optimizer/index.js' } };
  writeFileSync(join(root, 'dist', 'package.json'), `${JSON.stringify(scope)}\n`);
  for (const asset of [
    'launchers/supervisor.sh',
    'launchers/folder-watch.sh',
    BUNDLE,
    'neural/tensorflow/core.d.ts',
  ]) {
    if (existsSync(join(root, 'src', asset))) cpSync(join(root, 'src', asset), join(root, 'dist', asset));
  }
  const entry = join(root, 'dist', 'cli', 'main.js');
  if (existsSync(entry)) chmodSync(entry, 0o755);
}
