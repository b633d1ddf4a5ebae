import t from 'tap';
import { UsageError } from '../../domain/errors.ts';
import { checkTemplate, renderArgv, splitCommand } from './argv-template.ts';

t.test('a command is split as a shell would, and nothing is expanded', async (t) => {
  t.same(splitCommand('  python3  train.py --lr={lr}\t{args} '), [
    'python3',
    'train.py',
    '--lr={lr}',
    '{args}',
  ]);
  t.same(splitCommand(`a 'b  c' "d \\"e\\" \\\\ \\n" f\\ g h'i'"j"`), [
    'a',
    'b  c',
    'd "e" \\ \\n',
    'f g',
    'hij',
  ]);
  t.same(splitCommand(`echo $HOME '$(id)' "*" '' ""`), ['echo', '$HOME', '$(id)', '*', '', '']);
  t.same(splitCommand('  '), []);
});

t.test('what only a shell would understand is refused with the way out', async (t) => {
  for (const odd of ["it's", '"open', 'a\\', `x'y' "z`]) t.throws(() => splitCommand(odd), /open quote/, odd);
  for (const operator of ['|', '>', '2>&1', '&&', ';', '&', '<file'])
    t.throws(() => splitCommand(`train.py ${operator} x`), /no shell runs it/, operator);
  t.same(splitCommand(`grep '|' ">"`), ['grep', '|', '>'], 'quoted ones are words');
});

t.test('values arrive as they are, whatever they hold', async (t) => {
  const evil = `$(touch x) "q" 'r' ; rm -rf / \`id\` {lr} \\ \n`;
  t.same(renderArgv(['p', '--a={evil}', '{evil}', '{args}'], { evil, lr: 0.1 }), [
    'p',
    `--a=${evil}`,
    evil,
    '--lr',
    '0.1',
  ]);
});

t.test(
  '{args} is every parameter without a place of its own; a leading dash is tied to its option',
  async (t) => {
    const params = { lr: -0.5, name: '--help', on: true, none: null, size: 3 };
    t.same(renderArgv(['p', '{args}'], params), [
      ...['p', '--lr=-0.5', '--name=--help', '--on', 'true', '--none', 'null', '--size', '3'],
    ]);
    t.same(renderArgv(['p', '--lr', '{lr}', '--size', '{size}', '-x', '{name}'], params), [
      ...['p', '--lr=-0.5', '--size', '3', '-x', '--help'],
    ]);
    t.same(renderArgv(['p', '{size}{{size}}-{size}'], params), ['p', '3{size}-3']);
    t.same(
      renderArgv(['{"a":{"b":{size}}}', '{a,b}'], params),
      ['{"a":{"b":3}}', '{a,b}'],
      'JSON is no placeholder',
    );
  },
);

t.test('a template that some trial could not fill is refused', async (t) => {
  const names = { active: ['lr'], conditional: ['momentum'] };
  const refuse = (...template: string[]) => {
    try {
      checkTemplate(template, names);
    } catch (error) {
      if (error instanceof UsageError) return [error.message, ...error.details, error.fix].join(' | ');
    }
    return 'accepted';
  };
  t.equal(refuse('p', '{lr}', '{args}', '{{x}}'), 'accepted');
  t.match(refuse('p', '{lrr}'), /\{lrr\}.*no parameter.*lr, momentum/);
  t.match(refuse('p', '{momentum}'), /only some trials.*\{args\}/);
  t.match(refuse('p', '--all={args}'), /a word of its own/);
  t.match(refuse(), /empty/);
  t.match(refuse('/bin/bash', '-c', 'train {lr}'), /the shell would read.*"\$1"/);
  t.match(refuse('env', 'sh', '-ec', 'train {args}'), /the shell would read/);
  t.equal(refuse('bash', '-c', 'train "$1"', '_', '{lr}'), 'accepted');
  t.throws(() => checkTemplate(['p', '{args}'], { active: ['args'], conditional: [] }), /called "args"/);
});
