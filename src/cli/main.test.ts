import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { UsageError } from '../domain/errors.ts';
import { runHpo } from '../testing/hpo-command.ts';
import { COMMANDS } from './commands/index.ts';
import { findCommand, renderCommands } from './find-command.ts';
import { watchSignals } from './search/signals.ts';

t.test('the command is found behind global options, in groups and behind help', async (t) => {
  t.match(findCommand(['--storage', 'a.db', '-q', 'trials', '-f', 'json']), {
    name: 'trials',
    argv: ['--storage', 'a.db', '-q', '-f', 'json'],
  });
  t.match(findCommand(['--storage=a.db', '-fjson', 'dataset', 'demo', 'x']), { name: 'dataset demo' });
  t.match(findCommand(['help', 'optimize']), { name: 'optimize', argv: ['--help'] });
  t.same(findCommand([]), { type: 'group', name: '', wantsHelp: true });
  t.same(findCommand(['dataset', '--help']), { type: 'group', name: 'dataset', wantsHelp: true });
  for (const argv of [['optimise'], ['dataset', 'dmeo'], ['--strage', 'x', 'trials'], ['constructor']])
    t.throws(() => findCommand(argv), UsageError, argv.join(' '));
});

t.test('the help names every command, and each command its options', async (t) => {
  for (const name of Object.keys(COMMANDS)) t.match(renderCommands(''), name);
  t.notMatch(renderCommands('dataset'), 'optimize');
  for (const [name, { load, summary }] of Object.entries(COMMANDS)) {
    const { default: command } = await load();
    t.equal(command.name, name);
    t.ok(summary.length > 0 && command.summary.length > 0, name);
  }
});

t.test('version, help and mistakes end with their codes', async (t) => {
  const cwd = t.testdir();
  t.match(await runHpo(['--version'], { cwd }), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: '' });
  t.match(await runHpo(['optimize', '--help'], { cwd }), { code: 0, stdout: /--n-trials.*--storage/s });
  t.match(await runHpo(['dataset'], { cwd }), { code: 2, stderr: /^error: hpo dataset needs a command/ });
  const secret = ['studies', '--storage', 'postgresql://me:hush@localhost/x'];
  const refused = await runHpo(secret, { cwd });
  t.match(refused, { code: 2, stderr: /password on the command line.*--storage @FILE/s });
  t.notMatch(refused.stderr, 'hush');
  const traced = await runHpo(['studies', '--nonsense'], { cwd, env: { HPO_DEBUG: '1' } });
  t.match(traced, { code: 2, stderr: /unknown option --nonsense.*at .*option-names/s });
});

t.test('a reader that has seen enough ends the command quietly', async (t) => {
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const command = [process.execPath, ...process.execArgv, entry, 'optimize', '--help']
    .map((word) => `'${word}'`)
    .join(' ');
  const { stderr } = await promisify(execFile)('bash', ['-c', `set -o pipefail; ${command} | true`]);
  t.equal(stderr, '');
});

t.test('the first Ctrl-C drains, the second and SIGTERM stop', async (t) => {
  const phases: string[] = [];
  const first = watchSignals((phase) => phases.push(phase));
  t.equal(first.exitCode(), null);
  process.emit('SIGINT', 'SIGINT');
  t.same([first.drain.aborted, first.stop.aborted, first.exitCode()], [true, false, 130]);
  process.emit('SIGINT', 'SIGINT');
  t.same([first.stop.aborted, first.exitCode()], [true, 130]);
  first.close();
  const second = watchSignals((phase) => phases.push(phase));
  process.emit('SIGTERM', 'SIGTERM');
  t.same([second.drain.aborted, second.stop.aborted, second.exitCode()], [true, true, 143]);
  second.close();
  t.same(phases, ['draining', 'stopping', 'stopping']);
});
