import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runCompiledHpo, runCompiledHpoOnTerminal } from '../../testing/compiled-hpo.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(300_000);

/** Without a process of its own. */
const run = (args: readonly string[], { cwd }: { readonly cwd: string }) => runInProcess(args, cwd);

/** Colour, title, bell, C1 and bidi controls: what a terminal would obey, or show as something else. */
const EVIL = '\u001b[31mEVIL\u001b]0;title\u0007\u009b2J\u202egnp.exe\u2066';
// Our own colours and cursor moves begin with ESC as well; these do not come from us.
const RAW = /\u001b\[31mEVIL|\u001b\]0|\u0007|\u009b|[\u202a-\u202e\u2066-\u2069]/;

const SPACE = `
constructor: [toString, "${'\\e[31mEVIL\\u202e'}"]
toString: { type: int, low: 0, high: 3 }
hasOwnProperty: { type: float, low: -0.0, high: 1 }
"${'\\e[31mEVIL\\u202e'}": [1, 2]
`;

/** Prints what it likes, and reports metrics with the names of an object's own. */
const PROGRAM = `printf '\\033[31mEVIL\\033]0;title\\007 \\342\\200\\256 in the log\\n' >&2
echo '::hpo {"step":1,"metrics":{"f1":0.4,"__proto__":1,"constructor":2}}'
echo '::hpo {"final":true,"metrics":{"f1":0.5,"toString":3,"__proto__":7,"huge":9007199254740993,"minus":-0},"details":{"note":"\\u001b[31mEVIL\\u202e"}}'
[ "$HPO_TRIAL_NUMBER" != 1 ] || exit 3
`;

async function searched(t: Test) {
  const cwd = t.testdir({ 'space.yaml': SPACE, 'program.sh': PROGRAM });
  const words = [
    'optimize',
    '--study',
    EVIL,
    '--model',
    'command',
    '--space',
    'space.yaml',
    '--metric',
    'f1',
  ];
  const more = ['--n-trials', '2', '--retries', '0', '--command', 'sh program.sh {args}'];
  return { cwd, search: [...words, ...more] };
}

t.test(
  'names, choices, logs and details never reach a terminal raw, and JSON has them exactly',
  async (t) => {
    const { cwd, search } = await searched(t);
    const live = await runCompiledHpoOnTerminal(search, { cwd, env: { HPO_STORAGE: 'sqlite:trials.db' } });
    t.equal(live.code, 0, live.stdout.slice(-500));
    t.notMatch(live.stdout, RAW, 'the live display');
    const plainLines = await runCompiledHpo(search, { cwd });
    t.equal(plainLines.code, 0, plainLines.stderr);
    for (const command of [
      'studies',
      'show',
      'show 1',
      'trials',
      'best',
      'ask',
      'show --study no\u001b[31mEVIL',
    ]) {
      const { stdout, stderr } = await run(command.split(' '), { cwd });
      t.notMatch(stdout + stderr, RAW, command);
    }
    t.notMatch(plainLines.stdout + plainLines.stderr, RAW, 'plain lines');

    const { stdout } = await run(['trials', '-f', 'json'], { cwd });
    t.notMatch(stdout, RAW);
    const trials = JSON.parse(stdout) as { state: string; params: object; metrics: object }[];
    const complete = trials.find(({ state }) => state === 'complete')!;
    t.same(Object.keys(complete.params).sort(), [
      '\u001b[31mEVIL\u202e',
      'constructor',
      'hasOwnProperty',
      'toString',
    ]);
    t.match(JSON.stringify(complete.metrics), /"toString":3/);
    const [study] = JSON.parse((await run(['studies', '-f', 'json'], { cwd })).stdout) as [{ name: string }];
    t.equal(study.name, EVIL);
  },
);

t.test(
  'a name that leads elsewhere, or passes for further lines, names a study and nothing else',
  async (t) => {
    const cwd = t.testdir({ 'space.yaml': 'x: { type: float, low: 0, high: 1 }\n', inner: {} });
    const create = (name: string) =>
      run(['create-study', '--study', name, '--space', 'space.yaml', '--metric', 'f1'], {
        cwd: join(cwd, 'inner'),
      });
    writeFileSync(join(cwd, 'inner', 'space.yaml'), 'x: { type: float, low: 0, high: 1 }\n');
    for (const name of ['../../escaped', '__proto__', 'a\n  fix: rm -rf $HOME'])
      t.match(await create(name), { code: 0 }, name);
    t.match(await create('n'.repeat(5000)), { code: 2, stderr: /at most 512 characters/ });
    t.match(await create(' '), { code: 2, stderr: /needs a name/ });
    const { stderr } = await run(['show', '--study', 'constructor'], { cwd: join(cwd, 'inner') });
    t.match(stderr, /it holds: \.\.\/\.\.\/escaped, __proto__, a fix: rm/);
    t.notMatch(stderr, /^ *fix: rm/m);
    t.same(readdirSync(cwd).sort(), ['inner', 'space.yaml']);
  },
);

t.test('YAML that is made to exhaust, and numbers that cannot be kept, are refused in a line', async (t) => {
  const levels = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (const [here, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'])
    levels.push(`${here}: &${here} [${Array(10).fill(`*${before}`).join(',')}]`);
  const cwd = t.testdir({
    'aliases.yaml': levels.join('\n'),
    'deep.yaml': `x: ${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    'huge.yaml': `x: [${'1,'.repeat(1 << 20)}1]`,
    'proto.yaml': '__proto__: [1, 2]\n',
    'int.yaml': 'x: [9007199254740993]\n',
    'overflow.yaml': 'x: { type: float, low: 0, high: 1e400 }\n',
  });
  const cases: readonly (readonly [file: string, said: RegExp])[] = [
    ['aliases.yaml', /aliases unfold to too much/],
    ['deep.yaml', /nested too deeply/],
    ['huge.yaml', /a settings file has at most/],
    ['/dev/zero', /more than 1048576 bytes/],
    ['proto.yaml', /proto\.yaml:1:1: the name "__proto__" is not allowed/],
    ['int.yaml', /int\.yaml:1:5: 9007199254740993 cannot be kept exactly/],
    ['overflow.yaml', /1e400 cannot be kept exactly/],
  ];
  for (const [file, said] of cases) {
    const { code, stderr } = await run(['create-study', '--study', 's', '--space', file, '--metric', 'f1'], {
      cwd,
    });
    t.equal(code, 2, file);
    t.match(stderr, said);
    t.ok(stderr.length < 600, `${stderr.length} characters`);
  }
  t.match(await run(['optimize', '--study-file', 'deep.yaml'], { cwd }), {
    code: 2,
    stderr: /nested too deeply/,
  });
  const seed = ['create-study', '--study', 's', '--seed', '9007199254740993'];
  t.match(await run(seed, { cwd }), { code: 2, stderr: /whole number/ });
  t.notOk(existsSync(join(cwd, 'trials.db')));
});

t.test('a database that others own or may write is opened with --trust only', async (t) => {
  const cwd = t.testdir({ 'space.yaml': 'x: [1, 2]\n' });
  await run(['create-study', '--study', 's', '--space', 'space.yaml', '--metric', 'f1'], { cwd });
  chmodSync(join(cwd, 'trials.db'), 0o666);
  t.match(await run(['studies'], { cwd }), { code: 5, stderr: /other users[\s\S]*chmod go-w/ });
  t.match(await run(['studies', '--trust'], { cwd }), { code: 0 });
  chmodSync(join(cwd, 'trials.db'), 0o600);
  chmodSync(cwd, 0o777);
  t.match(await run(['studies'], { cwd }), { code: 5, stderr: /folder[\s\S]*other users/ });
  t.match(await run(['studies', '--trust'], { cwd }), { code: 0 });
  chmodSync(cwd, 0o700);
  if (process.geteuid?.() !== 0) return t.comment('not root: no file of another user can be made');
  chownSync(join(cwd, 'trials.db'), 12345, 12345);
  t.match(await run(['studies'], { cwd }), { code: 5, stderr: /another user \(uid 12345\)/ });
});

t.test('links in the run folder are neither followed nor emptied', async (t) => {
  const cwd = t.testdir({
    'space.yaml': 'x: [1, 2, 3, 4]\n',
    'program.sh':
      'ln -s ../../../../../../precious "$HPO_OUTPUT_DIR/link"\necho \'::hpo {"final":true,"metrics":{"f1":1},"artifact":"link"}\'\n',
    precious: { 'file.txt': 'mine' },
  });
  const words = ['optimize', '--study', 's', '--model', 'command', '--space', 'space.yaml', '--metric', 'f1'];
  const search = [...words, '--n-trials', '1', '--retries', '0', '--max-failures', '2'];
  await runCompiledHpo([...search, '--command', 'sh program.sh {x}'], { cwd });
  t.ok(existsSync(join(cwd, 'precious', 'file.txt')));
  rmSync(join(cwd, 'runs'), { recursive: true });
  mkdirSync(join(cwd, 'elsewhere'));
  symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'runs'));
  const { stderr } = await run(['best', '--export', 'model'], { cwd });
  t.match(stderr, /error: /);
  t.notOk(existsSync(join(cwd, 'model')));
});
