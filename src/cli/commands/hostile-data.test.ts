import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createRng } from '../../domain/random.ts';
import { openStorage } from '../../storage/index.ts';
import { runCompiledHpo, runCompiledHpoOnTerminal } from '../../testing/compiled-hpo.ts';
import type { HpoRun } from '../../testing/hpo-command.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.setTimeout(170_000);

/** Colour, title, bell, C1 and bidi controls; no blanks, so that fastText's format has it as one label. */
const EVIL = '\u001b[31mEVIL\u001b]0;title\u0007\u009b2J\u202egnp.exe\u2066';
// Our own colours begin with ESC as well; these do not come from us.
const RAW = /\u001b\[31mEVIL|\u001b\]0|\u0007|\u009b|[\u202a-\u202e\u2066-\u2069]/;
const FILE = `tr${EVIL.replaceAll('/', '')}.txt`;

function writeData(dir: string, name: string, n: number): void {
  const rng = createRng(1, n);
  const lines = Array.from({ length: n }, () => {
    const isEvil = rng.uniform() < 0.5;
    const word = rng.uniform() < 0.8 ? (isEvil ? 'bad' : 'good') : 'thing';
    return `__label__${isEvil ? EVIL : 'calm'} ${word} ${'abcdefgh'[rng.integer(8)]} ${EVIL} ${rng.integer(1e9)}`;
  });
  writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
}

function requireHarmless(t: Test, { stdout, stderr }: HpoRun, name: string): void {
  t.notMatch(stdout, RAW, `${name}: stdout`);
  t.notMatch(stderr, RAW, `${name}: stderr`);
}

t.test(
  'labels, attributes and data paths with controls are shown harmless, and kept as they are',
  async (t) => {
    const cwd = t.testdir();
    writeData(cwd, FILE, 160);
    writeData(cwd, 'valid.txt', 60);
    const hpo = (...args: string[]) => runInProcess(args, cwd);
    const json = async (...args: string[]) => {
      const run = await hpo(...args, '-f', 'json');
      t.equal(run.code, 0, run.stderr);
      t.notMatch(run.stdout, RAW, args.join(' '));
      return JSON.parse(run.stdout);
    };
    const small = ['--fix', 'charNgrams=false', '--fix', 'wordNgrams=1'];
    const data = ['--model', 'linear', '--train', FILE, '--valid', 'valid.txt', '--study', 's'];
    const search = await runCompiledHpo(['optimize', '--n-trials', '2', ...data, ...small], { cwd });
    t.equal(search.code, 0, search.stderr);
    requireHarmless(t, search, 'optimize');

    const storage = await openStorage(`sqlite:${join(cwd, 'trials.db')}`, { create: false });
    const { id } = (await storage.listStudies())[0]!;
    const attributes = { [EVIL]: { [EVIL]: [EVIL] } };
    await storage.enqueue(id, { balance: 0.5 }, attributes);
    await storage.close();

    for (const command of [
      'show',
      'show 0',
      'show 2',
      'trials',
      'best',
      'studies',
      'best --test valid.txt',
      'optimize --print-config',
    ])
      requireHarmless(t, await hpo(...command.split(' ')), command);
    const [shown, waiting] = [await json('show'), await json('show', '2')];
    t.match(JSON.stringify(shown), JSON.stringify(FILE).slice(1, -1), 'the path as it is');
    t.same(waiting.userAttrs, attributes);
    t.match(JSON.stringify((await json('show', '0')).details), JSON.stringify(EVIL), 'the label as it is');

    requireHarmless(t, await hpo('best', '--export', 'model'), 'export');
    const predict = ['predict', '--model', 'model', '--input', 'valid.txt'];
    const toFile = await hpo(...predict, '--output', 'out.csv', '--metrics', 'metrics.json');
    t.equal(toFile.code, 0, toFile.stderr);
    requireHarmless(t, toFile, 'predict');
    const labels = readFileSync(join(cwd, 'out.csv'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/,[\d.e-]+$/, ''));
    t.ok(labels.includes(EVIL), 'a file has the label itself');
    const piped = await hpo(...predict, '--output', '-', '--format', 'fasttext');
    t.ok(piped.stdout.includes(`__label__${EVIL}\n`), 'and so has a pipe');
    for (const format of ['csv', 'jsonl']) {
      const terminal = await runCompiledHpoOnTerminal([...predict, '--output', '-', '--format', format], {
        cwd,
      });
      t.equal(terminal.code, 0, terminal.stdout);
      t.match(terminal.stdout, /EVIL/);
      requireHarmless(t, terminal, `predict as ${format} on a terminal`);
    }
    for (const command of [
      ['dataset', 'inspect', FILE],
      ['predict', '--model', 'model', '--input', `no${EVIL}`],
      ['optimize', '--train', `no${EVIL}`, '--model', 'linear', '--study', 'x'],
    ])
      requireHarmless(t, await hpo(...command), command.slice(0, 2).join(' '));
  },
);
