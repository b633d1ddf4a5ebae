import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { writeDemo } from '../../datasets/index.ts';
import { HpoError } from '../../domain/errors.ts';
import { type HpoRun, runHpo, runHpoOnTerminal, startHpo } from '../../testing/hpo-command.ts';
import { renderFailure } from '../output/failure.ts';
import { run } from '../run.ts';

t.setTimeout(600_000);
const SLOW = { timeout: 300_000 };
const SMALL = ['--fix', 'dim=10', '--fix', 'epoch=5', '--fix', 'wordNgrams=1', '--fix', 'minn=0'];
const DATA = ['--model', 'fasttext', '--train', 'train.txt', '--valid', 'valid.txt'];

async function demoFolder(t: Test): Promise<string> {
  const dir = t.testdir();
  await writeDemo(dir, { documents: 240, seed: 1 });
  return dir;
}

/** What a command line that is refused says, without a process of its own: they take a second each. */
async function refusal(cwd: string, args: readonly string[]): Promise<string> {
  const before = process.cwd();
  process.chdir(cwd);
  try {
    await run(args, {});
  } catch (error) {
    if (!(error instanceof HpoError)) throw error;
    return `exit ${error.exitCode}\n${renderFailure(error, { debug: false, color: false })}`;
  } finally {
    process.chdir(before);
  }
  return 'not refused';
}

const linesOf = (text: string): { type: string; [key: string]: unknown }[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

t.test('a study is made, searched, taken up again and held to what its trials saw', SLOW, async (t) => {
  const cwd = await demoFolder(t);
  const hpo = (...args: string[]): Promise<HpoRun> => runHpo(['optimize', ...args], { cwd });

  const first = await hpo(
    '--n_trials',
    '2',
    '--model',
    'fasttext',
    '--train_path',
    'train.txt',
    '--valid_path',
    'valid.txt',
    ...SMALL,
    '-f',
    'json',
  );
  t.equal(first.code, 0, first.stderr);
  const summary = JSON.parse(first.stdout);
  t.match(summary, { study: 'fasttext-train', nTrials: 2, best: { state: 'complete', params: { dim: 10 } } });
  t.match(first.stderr, /study fasttext-train: maximize macro F0\.5 \(by the data/);
  t.match(first.stderr, /^trial=0 state=complete f0\.5=/m, 'a line a trial where there is no terminal');
  t.match(first.stderr, /next: hpo best --study fasttext-train --export/);
  t.ok(existsSync(join(cwd, 'runs')));

  const more = await hpo('--total-trials', '3', '--jobs', '2', '-q', '--fix', 'lr=0.5');
  t.equal(more.code, 0, more.stderr);
  t.equal(more.stderr, '', '-q leaves results only');
  t.match(more.stdout, /best: trial \d+ {2}macro F0\.5 0\.\d+.*\n.*\n1 trial in .*study fasttext-train has/s);
  t.match(JSON.parse((await hpo('--total-trials', '3', '-f', 'json')).stdout), { nTrials: 0 });

  for (const [option, value] of [
    ['--metric', 'accuracy'],
    ['--average', 'micro'],
    ['--seed', '1'],
  ] as const) {
    const said = await refusal(cwd, ['optimize', '--n-trials', '1', option, value]);
    t.match(
      said,
      /^exit 2\nerror: study "fasttext-train" has trials, so its .* stays\n.*\n {2}fix: /,
      option,
    );
  }

  appendFileSync(join(cwd, 'train.txt'), '__label__praise one more\n');
  const changed = await refusal(cwd, ['optimize', '--n-trials', '1']);
  t.match(
    changed,
    /^exit 2\n.*is not what its trials saw\n {2}training data: .*sha256.*\n.*--allow-data-change/,
  );
  t.equal((await hpo('--n-trials', '1', '--allow-data-change')).code, 0);
});

t.test('create-study fixes what it is told, the first optimize the rest', SLOW, async (t) => {
  const cwd = await demoFolder(t);
  const hpo = (...args: string[]): Promise<HpoRun> => runHpo(args, { cwd });
  t.match(await hpo('create-study', '--metric', 'f1', '--seed', '7'), { code: 0, stdout: 'study\n' });
  t.match(await refusal(cwd, ['create-study']), /^exit 2\nerror: there is a study "study" already/);
  t.match(await hpo('create-study', '--skip-if-exists'), { code: 0, stdout: '' });
  const config = await hpo('optimize', '--print-config', '--jobs', '3', '-f', 'json');
  const settings = JSON.parse(config.stdout) as { setting: string; value: unknown; source: string }[];
  const setting = (name: string) => settings.find((row) => row.setting === name);
  t.match(setting('metric'), { value: 'f1', source: 'study study' });
  t.match(setting('jobs'), { value: 3, source: '--jobs' });
  t.match(setting('retries'), { source: 'default' });

  const run = await hpo('optimize', '--n-trials', '1', ...DATA, ...SMALL, '--events');
  t.equal(run.code, 0, run.stderr);
  const events = linesOf(run.stdout);
  const defaults = { lr: 0.1, loss: 'softmax', dim: 10, epoch: 5 };
  t.match(
    events[0],
    { type: 'trial-started', params: defaults },
    "the model's own defaults with the fixed values",
  );
  t.match(events.at(-1), { type: 'done', summary: { study: 'study', nTrials: 1, reason: 'n-trials' } });
  t.match(run.stderr, /study study: maximize macro F1/);
  t.match(await hpo('create-study', '--study', 'second', ...DATA), { code: 0, stdout: 'second\n' });
  t.match(
    await refusal(cwd, ['optimize']),
    /^exit 3\n.*2 studies in .*\n {2}it holds: study, second\n {2}fix: --study second/,
  );
});

t.test('Ctrl-C once finishes what runs, SIGTERM stops it; both say how to go on', SLOW, async (t) => {
  const cwd = await demoFolder(t);
  for (const [signal, code, reason] of [
    ['SIGINT', 130, 'drained'],
    ['SIGTERM', 143, 'stopped'],
  ] as const) {
    const running = startHpo(
      ['optimize', '--n-trials', '40', ...DATA, ...SMALL, '--events', '--study', signal],
      { cwd },
    );
    let seen = '';
    running.stdout.on('data', (chunk) => {
      seen += chunk;
    });
    while (!seen.includes('trial-finished') && running.exitCode === null) await sleep(50);
    running.kill(signal);
    const { exitCode, stdout, stderr } = await running;
    t.equal(exitCode, code, stderr);
    const done = linesOf(stdout).at(-1) as {
      summary?: { reason: string; nTrials: number; states: { running: number } };
    };
    t.match(done, { type: 'done', summary: { reason, states: { running: 0 } } });
    const left = 40 - done.summary!.nTrials;
    t.match(stderr, new RegExp(`next: hpo optimize --study ${signal} --n-trials ${left}`));
  }
});

t.test('too many failures end the search with code 4 and the reason', SLOW, async (t) => {
  const cwd = await demoFolder(t);
  const run = await runHpo(
    ['optimize', ...DATA, ...SMALL, '--trial-timeout', '10ms', '--max-failures', '2', '--retries', '0'],
    { cwd },
  );
  t.equal(run.code, 4, run.stderr);
  t.match(run.stderr, /error: .*\n {2}\d+ times: timeout/);
  t.match(run.stderr, /^trial=0 state=fail .*kind=timeout/m);
});

t.test('each mistake ends with its code and the way out, and leaves no storage behind', SLOW, async (t) => {
  const cwd = await demoFolder(t);
  writeFileSync(join(cwd, 'bad.yaml'), 'model: fasttext\nmetrik: f1\n');
  writeFileSync(join(cwd, 'one-label.txt'), '__label__a x\n__label__a y\n');
  const cases: [args: string[], stderr: RegExp][] = [
    [['optimize'], /which model is to be searched/],
    [['optimize', '--model', 'fasttext'], /no training data.*\n.*\n {2}fix: .*hpo dataset demo/],
    [['optimize', '--model', 'fastext', ...DATA.slice(2)], /"fastext"/],
    [['optimize', '--model', 'fasttext', '--train', 'missing.txt'], /missing\.txt/],
    [
      ['optimize', '--model', 'fasttext', '--train', 'one-label.txt', '--valid', 'valid.txt'],
      /only one label/,
    ],
    [['optimize', ...DATA, '--seed', 'abc'], /--seed must be a whole number of at most 16 digits, not "abc"/],
    [['optimize', ...DATA, '--jobs', '0'], /--jobs: jobs must be at least 1/],
    [['optimize', ...DATA, '--sampler', 'tpa'], /"tpa" is not known.*\n {2}known: .*tpe/],
    [['optimize', ...DATA, '--sampler-option', 'x=1'], /no option "x"/],
    [['optimize', ...DATA, '--metric', 'f1x'], /no trial reports a metric "f1x"/],
    [['optimize', ...DATA, '--positive-label', 'nobody'], /no label "nobody"/],
    [['optimize', ...DATA, '--fix', 'lrr=1'], /no parameter "lrr" \(--fix\)/],
    [['optimize', ...DATA, '--fix', 'lr=99'], /lr = 99 is outside its range/],
    [
      ['optimize', ...DATA, '--n-trails', '3'],
      /unknown option --n-trails\n {2}fix: did you mean --n-trials\?/,
    ],
    [['optimize', '--study-file', 'bad.yaml'], /bad\.yaml:2:1: unknown name "metrik"/],
    [['optimise'], /no command "optimise"\n {2}fix: did you mean hpo optimize\?/],
  ];
  for (const [args, stderr] of cases) {
    const said = await refusal(cwd, args);
    t.match(said, /^exit 2\n/, args.join(' '));
    t.match(said, stderr, args.join(' '));
  }
  t.notOk(existsSync(join(cwd, 'trials.db')));
});

const noScript = spawnSync('script', ['--version']).error ? 'script (util-linux) is not installed' : false;

t.test(
  'on a terminal the search is drawn, and the terminal left clean',
  { ...SLOW, skip: noScript },
  async (t) => {
    const cwd = await demoFolder(t);
    const { code, stdout } = await runHpoOnTerminal(['optimize', '--n-trials', '2', ...DATA, ...SMALL], {
      cwd,
    });
    t.equal(code, 0, stdout);
    t.match(stdout, 'hpo optimize');
    t.match(stdout, /[━─]{32}/);
    t.match(stdout, /#0 .*local/);
    t.match(stdout, '★');
    t.match(stdout, /new best/);
    t.ok(stdout.lastIndexOf('\u001b[?25h') > stdout.lastIndexOf('\u001b[?25l'), 'the cursor is shown again');
    const plain = await runHpoOnTerminal(['optimize', '--n-trials', '1', '--no-progress'], {
      cwd,
      env: { NO_COLOR: '1' },
    });
    t.match(plain.stdout, /^trial=2 state=/m);
    t.notMatch(plain.stdout, '\u001b', 'NO_COLOR and --no-progress leave plain text');
  },
);
