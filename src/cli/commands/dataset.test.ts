import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runHpo } from '../../testing/hpo-command.ts';
import { run } from '../run.ts';

t.setTimeout(900_000);

const lines = Array.from({ length: 100 }, (_, i) =>
  i % 5 === 0 ? `__label__rare redkiy text ${i}` : `__label__common обычный текст ${i}`,
).join('\n');

t.test('inspect says what a search would see', async (t) => {
  const dir = t.testdir({ 'all.txt': `${lines}\nno label here\n` });
  const { code, stdout, stderr } = await runHpo(['dataset', 'inspect', 'all.txt'], { cwd: dir });
  t.equal(code, 0, stderr);
  t.match(stdout, /documents +100\n/);
  t.match(stdout, /imbalance +4 : 1\n/);
  t.match(stdout, /objective +F0\.5 of "rare"/);
  t.match(stdout, /common +80 +80\.00 %/);
  t.match(stderr, 'all.txt:101: no word begins with __label__');
  t.match(stderr, 'next: hpo optimize --n-trials 50 --model fasttext --train all.txt');
});

t.test('inspect as json is one document with stable keys', async (t) => {
  const dir = t.testdir({ 'a.csv': 'review;stars\ngood;5\nbad;1\n"fine; really";5\n' });
  const args = ['dataset', 'inspect', 'a.csv', '--text-column', 'review', '--label-column', 'stars'];
  const { stdout, stderr } = await runHpo([...args, '-f', 'json'], { cwd: dir });
  const report = JSON.parse(stdout);
  t.match(report, {
    format: 'csv',
    documents: 3,
    nLabels: 2,
    multiLabel: false,
    labels: [{ label: '5', count: 2 }],
    objective: { metric: 'f0.5' },
    problems: { count: 0 },
  });
  t.match(report.sha256, /^[0-9a-f]{64}$/);
  t.match(
    stderr,
    '--train a.csv --text-column review --label-column stars',
    'the next command reads it the same way',
  );
  const csv = await runHpo([...args, '-f', 'csv', '--columns', 'label,count', '-q'], { cwd: dir });
  t.equal(csv.stdout, 'label,count\n5,2\n1,1\n');
  t.equal(csv.stderr, '');
});

t.test('a demo set is made once, is the same for a seed, and replaces nothing by itself', async (t) => {
  const dir = t.testdir({ mine: { 'train.txt': 'mine' } });
  const make = (out: string): ReturnType<typeof runHpo> =>
    runHpo(['dataset', 'demo', out, '--documents', '200', '--seed', '5', '-f', 'json'], { cwd: dir });
  const { stdout, stderr } = await make('one');
  const files = JSON.parse(stdout) as { path: string; documents: number }[];
  t.equal(
    files.filter(({ path }) => path.endsWith('.txt')).reduce((sum, { documents }) => sum + documents, 0),
    200,
  );
  t.match(stderr, '--train one/train.txt --valid one/valid.txt');
  await make('two');
  t.equal(readFileSync(join(dir, 'one/train.txt'), 'utf8'), readFileSync(join(dir, 'two/train.txt'), 'utf8'));
  const refused = await make('mine');
  t.equal(refused.code, 2);
  t.match(refused.stderr, 'mine holds train.txt already');
  t.equal(readFileSync(join(dir, 'mine/train.txt'), 'utf8'), 'mine');
});

t.test('convert there and back keeps the documents', async (t) => {
  const dir = t.testdir({ 'all.txt': `${lines}\n` });
  t.equal((await runHpo(['dataset', 'convert', 'all.txt', 'all.jsonl', '-q'], { cwd: dir })).code, 0);
  const back = await runHpo(['dataset', 'convert', 'all.jsonl', 'back.txt'], { cwd: dir });
  t.match(back.stderr, '100 documents to back.txt (fasttext)');
  t.equal(readFileSync(join(dir, 'back.txt'), 'utf8'), `${lines}\n`);
});

t.test('split deals every label to every part, the same way for a seed', async (t) => {
  const dir = t.testdir({ 'all.txt': `${lines}\n` });
  const split = (out: string): ReturnType<typeof runHpo> =>
    runHpo(['dataset', 'split', 'all.txt', '--out', out, '--seed', '3', '-f', 'json'], { cwd: dir });
  const { code, stdout, stderr } = await split('one');
  t.equal(code, 0, stderr);
  t.same(
    JSON.parse(stdout).map(({ part, documents }: { part: string; documents: number }) => [part, documents]),
    [
      ['train', 80],
      ['valid', 10],
      ['test', 10],
    ],
  );
  await split('two');
  for (const name of readdirSync(join(dir, 'one'))) {
    t.equal(readFileSync(join(dir, 'one', name), 'utf8'), readFileSync(join(dir, 'two', name), 'utf8'));
  }
  t.match(readFileSync(join(dir, 'one', 'test.txt'), 'utf8'), '__label__rare');
});

t.test('what cannot work exits with 2 and says why', async (t) => {
  const dir = t.testdir({ 'all.txt': `${lines}\n`, 'none.txt': 'just text\n', empty: '' });
  const at = (name: string): string => join(dir, name);
  const cases: [string[], string | RegExp][] = [
    [['inspect'], 'needs a file'],
    [['inspect', at('missing.txt')], /no file .*missing\.txt/],
    [['inspect', at('none.txt')], /format of .* unclear/],
    [['inspect', at('empty')], 'is empty'],
    [['inspect', at('all.txt'), '--data-format', 'xml'], 'no data format "xml"'],
    [['convert', at('all.txt'), at('out.xyz')], 'tells no format'],
    [['convert', at('all.txt'), at('all.txt')], 'the input itself'],
    [['split', at('all.txt'), '--valid', '0.9', '--test', '0.2'], 'together below 1'],
    [['sing'], 'no command "dataset sing"'],
  ];
  for (const [args, message] of cases) {
    const error = await run(['dataset', ...args], {}).catch((reason: unknown) => reason);
    t.match(error, { exitCode: 2, message }, args.join(' '));
  }
  t.notOk(existsSync(at('out.xyz')));
});
