import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

/**
 * Runs every `sh` block of README.md and docs/ as a reader would type it, one folder a page, with `hpo` on the PATH.
 * A block that cannot run here is marked ```sh no-run: why. Lines that begin with `#` are comments of the block.
 */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const entry = join(root, 'dist', 'cli', 'main.js');

// All pages together, on a busy machine.
t.setTimeout(1_800_000);

interface Block {
  readonly line: number;
  readonly info: string;
  readonly code: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(sh\b[^\n]*)\n([\s\S]*?)^```/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    info: match[1]!,
    code: match[2]!,
  }));
}

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

for (const page of pages) {
  t.test(`the commands of ${page} run as they stand`, { timeout: 600_000 }, async (t) => {
    if (!existsSync(entry)) throw new Error('dist/ is not built; run: npm run build');
    const dir = t.testdir();
    mkdirSync(join(dir, 'bin'));
    writeFileSync(join(dir, 'bin', 'hpo'), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`);
    chmodSync(join(dir, 'bin', 'hpo'), 0o755);
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const env = { ...inherited, PATH: `${join(dir, 'bin')}:${process.env['PATH']}`, HPO_DOCS: root };
    for (const { line, info, code } of blocksOf(page)) {
      const reason = /^sh no-run: (.+)$/.exec(info);
      if (reason) {
        t.comment(`${page}:${line} not run: ${reason[1]}`);
        continue;
      }
      t.equal(info, 'sh', `${page}:${line}: a block that is not run must say why (sh no-run: reason)`);
      try {
        await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', code], {
          cwd: dir,
          env,
          timeout: 300_000,
          maxBuffer: 1 << 26,
        });
        t.pass(`${page}:${line}`);
      } catch (error) {
        const { stderr } = error as { stderr?: string };
        t.fail(`${page}:${line}: ${code}\n${stderr ?? error}`);
      }
    }
  });
}
