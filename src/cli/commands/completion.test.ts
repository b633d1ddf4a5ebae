import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runHpo } from '../../testing/hpo-command.ts';
import { findProgram } from '../doctor/program-checks.ts';

t.setTimeout(900_000);

const path = process.env['PATH'] ?? '';

/** What bash offers for a line, by the real script in the real shell. */
function offers(script: string, line: readonly string[]): string[] {
  const code = `source '${script}'
COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}; _hpo; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', code], { encoding: 'utf8' }).trim().split('\n');
}

t.test('bash completes commands, options and choices', async (t) => {
  const dir = t.testdir();
  const { code, stdout, stderr } = await runHpo(['completion', 'bash'], { cwd: dir });
  t.equal(code, 0);
  t.equal(stderr, '', 'silent, for it is sourced at every start');
  const script = join(dir, 'hpo.bash');
  writeFileSync(script, stdout);
  t.ok(offers(script, ['hpo', 'doc']).includes('doctor'));
  t.ok(offers(script, ['hpo', 'trials', '--so']).includes('--sort'));
  t.ok(offers(script, ['hpo', 'trials', '--li']).includes('--limit'));
  t.same(offers(script, ['hpo', 'trials', '-f', 'js']), ['json']);
  t.same(offers(script, ['hpo', '-q', 'studies', '--colu']), ['--columns'], 'options may come first');
});

for (const shell of ['zsh', 'fish'] as const) {
  t.test(`the ${shell} script names every command`, async (t) => {
    const dir = t.testdir();
    const { code, stdout } = await runHpo(['completion', shell], { cwd: dir });
    t.equal(code, 0);
    for (const word of ['trials', 'studies', 'doctor', 'storage', 'format']) t.match(stdout, word);
    writeFileSync(join(dir, 'script'), stdout);
    if (findProgram(shell, path)) execFileSync(shell, ['-n', join(dir, 'script')]);
    else t.comment(`${shell} is not installed: its syntax was not checked`);
  });
}

t.test('another shell is refused with the ones that are known', async (t) => {
  const { code, stderr } = await runHpo(['completion', 'tcsh'], { cwd: t.testdir() });
  t.equal(code, 2);
  t.match(stderr, 'bash, zsh, fish');
});
