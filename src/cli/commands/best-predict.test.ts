import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runHpo } from '../../testing/hpo-command.ts';
import { makeSampleStudy } from '../../testing/sample-study.ts';
import { findProgram } from '../doctor/program-checks.ts';
import { run } from '../run.ts';

t.setTimeout(900_000);

/** Colours and animals: a model of one epoch tells them apart. */
function writeData(dir: string): void {
  const line = (i: number): string =>
    i % 3 === 0 ? `__label__animal собака cat horse ${i}` : `__label__colour red синий green ${i}`;
  for (const [name, from, to] of [
    ['train.txt', 0, 300],
    ['valid.txt', 300, 360],
    ['test.txt', 400, 460],
  ] as const) {
    const lines = Array.from({ length: to - from }, (_, i) => line(from + i));
    writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
  }
}

t.test('a search, its best model, and predictions with it', async (t) => {
  const dir = t.testdir();
  writeData(dir);
  const hpo = (...args: string[]): ReturnType<typeof runHpo> => runHpo(args, { cwd: dir });
  const fixed = ['--fix', 'dim=10', '--fix', 'epoch=5', '--fix', 'wordNgrams=1', '--fix', 'minn=0'];
  const data = ['--train', 'train.txt', '--valid', 'valid.txt', '--test', 'test.txt'];
  const search = await hpo(
    'optimize',
    '--n-trials',
    '1',
    '--model',
    'fasttext',
    '--study',
    's/../1',
    ...data,
    ...fixed,
  );
  t.equal(search.code, 0, search.stderr);

  await t.test('best exports below exports/, whatever the study is called', async (t) => {
    const { code, stdout, stderr } = await hpo('best', '--export', '-f', 'json');
    t.equal(code, 0, stderr);
    const best = JSON.parse(stdout);
    t.match(best, {
      number: 0,
      state: 'complete',
      artifact: { format: 'fasttext-bin', sha256: /^[0-9a-f]{64}$/ },
    });
    t.ok(best.artifact.path.startsWith(join(dir, 'exports', 's-..-1')), best.artifact.path);
    t.match(stderr, /next: hpo predict --model exports\/s-\.\.-1 --input .*test\.txt/);
    const again = await hpo('best', '--export');
    t.equal(again.code, 2);
    t.match(again.stderr, /is not empty[\s\S]*--force/);
    const forced = await hpo('best', '--export', 'model', '--force');
    t.match(
      forced.stdout,
      /value +F0\.5 of "animal" [01]\.\d{4}[\s\S]*model +model\/model\.bin {2}fasttext-bin/,
    );
  });

  await t.test('ten thousand lines are labelled in order', async (t) => {
    const kinds = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 5 < 2);
    writeFileSync(
      join(dir, 'many.txt'),
      kinds.map((animal) => (animal ? 'cat horse' : 'red green')).join('\n'),
    );
    const { code, stderr } = await hpo(
      'predict',
      '--model_path',
      'model',
      '--input_path',
      'many.txt',
      '--output_path',
      'p.csv',
    );
    t.equal(code, 0, stderr);
    const rows = readFileSync(join(dir, 'p.csv'), 'utf8').trimEnd().split('\n').slice(1);
    t.same(
      rows.map((row) => row.startsWith('animal,')),
      kinds,
    );
    t.match(stderr, /10,000 rows to p\.csv/);
    t.notOk(readdirSync(dir).some((name) => name.endsWith('.tmp')));
  });

  await t.test('labelled input gives test metrics and what the official program must read', async (t) => {
    const { code, stderr } = await hpo(
      ...['predict', '--model', 'model', '--input', 'test.txt', '--output', 'p.txt', '--format', 'fasttext'],
      ...['--normalised', 'n.txt', '--metrics', 'm.json'],
    );
    t.equal(code, 0, stderr);
    t.match(stderr, /test metrics of 60 labelled rows/);
    t.match(JSON.parse(readFileSync(join(dir, 'm.json'), 'utf8')), {
      documents: 60,
      metrics: { accuracy: 1 },
    });
    const official = findProgram('fasttext', process.env['PATH'] ?? '');
    if (official === null) {
      t.notOk(process.env['HPO_REQUIRE_SERVICES'], 'fasttext must be installed');
      t.comment('fasttext is not installed: its labels were not compared');
      return;
    }
    const labels = execFileSync(official, ['predict', 'model/model.bin', 'n.txt'], {
      cwd: dir,
      encoding: 'utf8',
    });
    t.equal(labels, readFileSync(join(dir, 'p.txt'), 'utf8'));
  });

  await t.test('stdin to stdout: an empty line and one that is not UTF-8 keep their rows', async (t) => {
    const input = Buffer.concat([Buffer.from('cat\n\n'), Buffer.from([0x72, 0x65, 0x64, 0xff, 0x0a])]);
    const { code, stdout, stderr } = await runHpo(
      ['predict', '--model', 'model', '--input', '-', '--format', 'jsonl', '--top-k', '2'],
      { cwd: dir, input },
    );
    t.equal(code, 0, stderr);
    const rows = stdout.trimEnd().split('\n');
    t.equal(rows.length, 3);
    for (const row of rows) t.match(JSON.parse(row), { labels: [String], probabilities: [Number] });
    t.match(stderr, /warning: .*stdin:3: broken UTF-8/);
  });

  await t.test('what cannot be predicted exits with 2 and leaves nothing behind', async (t) => {
    writeFileSync(join(dir, 'open.csv'), 'text\n"never closed\n');
    const at = (name: string): string => join(dir, name);
    const model = ['--model', at('model')];
    const input = ['--input', at('test.txt')];
    const cases: [string[], string | RegExp][] = [
      [[...input], 'needs --model'],
      [[...model], 'needs --input'],
      [['--model', at('nowhere'), ...input], /no folder .*nowhere/],
      [['--model', dir, ...input], 'holds no model.json'],
      [['--model', at('test.txt'), ...input], 'is a file'],
      [[...model, '--input', at('missing')], /no file .*missing/],
      [[...model, ...input, '--output', at('test.txt')], 'replace the input'],
      [[...model, ...input, '--output', at('no/p.csv')], 'cannot write'],
      [[...model, ...input, '--threshold', '1.5'], 'between 0 and 1'],
      [[...model, '--input', at('open.csv'), '--output', at('never.csv')], /open\.csv:2: a quoted cell/],
    ];
    for (const [args, message] of cases) {
      const error = await run(['predict', ...args], {}).catch((reason: unknown) => reason);
      t.match(error, { exitCode: 2, message }, args.join(' '));
    }
    writeFileSync(at('model/model.bin'), readFileSync(at('model/model.bin')).subarray(0, 500));
    const broken = await run(['predict', ...model, ...input], {}).catch((reason: unknown) => reason);
    t.match(broken, { exitCode: 2, message: /model\.bin/ });
    t.notOk(existsSync(at('never.csv')));
    t.notOk(readdirSync(dir).some((name) => name.endsWith('.tmp')));
  });
});

t.test('best without a complete trial, or without its model, exits with 3', async (t) => {
  const dir = t.testdir();
  const storage = ['--storage', join(dir, 'trials.db')];
  await makeSampleStudy(join(dir, 'trials.db'), 'gone', join(dir, 'runs'));
  const gone = await run(['best', ...storage, '--export', join(dir, 'out')], {}).catch(
    (reason: unknown) => reason,
  );
  t.match(gone, { exitCode: 3, message: /no longer there/ });
  t.notOk(existsSync(join(dir, 'out')));
  const none = await run(['best', '--storage', join(dir, 'none.db')], {}).catch((reason: unknown) => reason);
  t.match(none, { exitCode: 3 });
});
