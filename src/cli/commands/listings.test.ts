import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import t from 'tap';
import { parse as parseYaml } from 'yaml';
import { runHpo } from '../../testing/hpo-command.ts';
import { makeSampleStudy } from '../../testing/sample-study.ts';
import { run } from '../run.ts';

t.setTimeout(900_000);

const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

async function sample(dir: string, ...names: string[]): Promise<string> {
  const path = join(dir, 'trials.db');
  for (const name of names) await makeSampleStudy(path, name, join(dir, 'runs'));
  return path;
}

t.test('trials as json have the promised keys', async (t) => {
  const dir = t.testdir();
  await sample(dir, 'only');
  const { code, stdout, stderr } = await runHpo(['trials', '-f', 'json'], { cwd: dir });
  t.equal(code, 0, stderr);
  const rows = JSON.parse(stdout);
  t.equal(rows.length, 6);
  for (const row of rows) {
    t.same(Object.keys(row), [
      'number',
      'state',
      'values',
      'params',
      'metrics',
      'intermediate',
      'startedAt',
      'completedAt',
      'durationSeconds',
      'attempts',
      'failure',
      'host',
      'jobId',
      'feasible',
      'constraints',
    ]);
  }
  t.match(rows[1], {
    state: 'complete',
    values: [0.9012345],
    params: { lr: 0.2, wordNgrams: 1, loss: 'softmax' },
    metrics: { f1: Number },
    intermediate: [[1, 0.1]],
    startedAt: /^\d{4}-\d\d-\d\dT.*Z$/,
    attempts: 1,
    failure: null,
    host: 'node7',
  });
  t.match(rows[3], {
    state: 'fail',
    values: null,
    failure: { kind: 'out-of-memory', message: /above 1 GB/ },
  });
  t.match(rows[5], { state: 'running', completedAt: null, durationSeconds: null });
  t.notMatch(stdout, HARMFUL);
  t.match(stderr, 'next: hpo best --study only');
});

t.test(
  'trials as a table mark the best, shorten numbers and strip what could steer a terminal',
  async (t) => {
    const dir = t.testdir();
    await sample(dir, 'only');
    const { stdout } = await runHpo(['trials'], { cwd: dir });
    t.match(stdout, /★ 1 {2}● complete {2}0\.9012 {2}0\.8912 .* lr=0\.2 wordNgrams=1 loss=softmax/);
    t.match(stdout, /3 {2}✗ fail .*out-of-memory: above 1 GB, evil red reversed line/);
    t.match(stdout.split('\n')[0], /TRIAL +STATE +F0\.5 +F1 +STEP +DURATION +PARAMS +FAILURE/);
    t.notMatch(stdout, HARMFUL);
    const ascii = await runHpo(['trials', '--ascii', '--state', 'complete', '-q'], { cwd: dir });
    t.match(ascii.stdout, /^[\x20-\x7e\n]*$/);
    t.equal(ascii.stderr, '');
  },
);

t.test('filter, sort and limit go together, and every format shows the same', async (t) => {
  const dir = t.testdir();
  await sample(dir, 'only');
  const args = [
    'trials',
    '--state',
    'complete,pruned',
    '--sort',
    'value',
    '--limit',
    '2',
    '--columns',
    'number,value,lr',
  ];
  const csv = await runHpo([...args, '-f', 'csv'], { cwd: dir });
  const rows = parseCsv(csv.stdout, { columns: true }) as Record<string, string>[];
  t.same(
    rows.map((row) => row['number']),
    ['1', '0'],
    'best first',
  );
  t.match(csv.stderr, '2 of 6 trials');
  const json = JSON.parse((await runHpo([...args, '-f', 'json'], { cwd: dir })).stdout);
  t.equal(json[0].value, 0.9012345);
  t.same(parseYaml((await runHpo([...args, '-f', 'yaml'], { cwd: dir })).stdout), json);
  const reversed = await runHpo(
    ['trials', '--sort', 'metrics.f1', '--reverse', '-f', 'csv', '--columns', 'number'],
    { cwd: dir },
  );
  t.equal(reversed.stdout, 'number\n1\n0\n4\n2\n3\n5\n', 'those without it come last');
});

t.test('csv has a column a parameter and metric', async (t) => {
  const dir = t.testdir();
  await sample(dir, 'only');
  const { stdout } = await runHpo(['trials', '-f', 'csv'], { cwd: dir });
  const rows = parseCsv(stdout, { columns: true }) as Record<string, string>[];
  t.match(rows[1], { number: '1', value: '0.9012345', 'params.loss': 'softmax', 'metrics.accuracy': '0.97' });
  t.equal(rows[3]!['failure.kind'], 'out-of-memory');
});

t.test('studies as json have the promised keys; the table shows the best value', async (t) => {
  const dir = t.testdir();
  await sample(dir, 'one', 'два 研究');
  const { stdout } = await runHpo(['studies', '-f', 'json'], { cwd: dir });
  t.same(JSON.parse(stdout)[0], {
    name: 'one',
    directions: ['maximize'],
    nTrials: 6,
    states: { waiting: 0, running: 1, complete: 3, pruned: 1, fail: 1 },
    best: { number: 1, values: [0.9012345] },
  });
  const table = await runHpo(['studies'], { cwd: dir });
  t.match(table.stdout, /два 研究 +macro F0\.5 +6 .* 0\.9012 +1 /);
  t.match(table.stderr, "next: hpo trials --study 'два 研究'", 'quoted, so that it can be copied');
  const one = await runHpo(['studies', '--study', 'one', '-f', 'csv', '--columns', 'name,best.value'], {
    cwd: dir,
  });
  t.equal(one.stdout, 'name,best.value\none,0.9012345\n');
});

t.test('show tells of the study, and all of a trial', async (t) => {
  const dir = t.testdir();
  await sample(dir, 'only');
  const study = await runHpo(['show'], { cwd: dir });
  t.match(study.stdout, /objective +macro F0\.5/);
  t.match(study.stdout, /best +trial 1 {2}macro F0\.5 0\.9012/);
  t.match(study.stdout, /lr +0\.05 … 2 log/);
  t.match(study.stdout, /bucket +65536 … 2097152 log int +wordNgrams ≥ 2/);
  const trial = await runHpo(['show', '1'], { cwd: dir });
  t.match(trial.stdout, /metrics +F0\.5 0\.9012 {2}F1 0\.8912/);
  t.match(trial.stdout, /threshold +0\.25/);
  t.match(trial.stdout, /ham +0\.9900 +0\.9800/);
  t.match(trial.stdout, /model\/model\.bin {2}fasttext-bin {2}123 kB/);
  t.match(trial.stdout, /4 +0\.4000 +0\.2000/);
  const failed = await runHpo(['show', '3'], { cwd: dir });
  t.match(failed.stdout, /failure +out-of-memory: above 1 GB/);
  t.match(
    failed.stdout,
    /last lines of the log\n {2}line one\n {2}evil red reversed line\n {2}last line of trial 3/,
  );
  for (const { stdout } of [study, trial, failed]) t.notMatch(stdout, HARMFUL);
});

t.test('show as json is one document, with the log where it was asked for', async (t) => {
  const dir = t.testdir();
  await sample(dir, 'only');
  const { stdout } = await runHpo(['show', '1', '--log', '1', '-f', 'json'], { cwd: dir });
  t.match(JSON.parse(stdout), {
    number: 1,
    artifact: { format: 'fasttext-bin' },
    details: { threshold: 0.25 },
    reports: [{ step: 1, metrics: { f1: 0.2 } }],
    attemptRecords: [{ attempt: 0, exitCode: 0 }],
    log: ['last line of trial 1'],
  });
});

t.test('what cannot be answered exits with its code and a fix', async (t) => {
  const dir = t.testdir();
  const storage = ['--storage', await sample(dir, 'one', 'two')];
  const cases: [string[], number, string | RegExp][] = [
    [['trials', ...storage], 3, /2 studies .*which one/],
    [['trials', ...storage, '--study', 'nope'], 3, 'nope'],
    [['show', '99', ...storage, '--study', 'one'], 3, 'no trial 99'],
    [['show', 'x', ...storage, '--study', 'one'], 2, 'whole number'],
    [['trials', ...storage, '--study', 'one', '--state', 'odd'], 2, '"odd" is not known'],
    [['trials', ...storage, '--study', 'one', '--sort', 'odd'], 2, 'no trial has a "odd"'],
    [['trials', ...storage, '--study', 'one', '--limit', '-1'], 2, 'below 0'],
    [['trials', ...storage, '--study', 'one', '--columns', 'odd'], 2, 'no column "odd"'],
    [['trials', ...storage, '--study', 'one', '-f', 'xml'], 2, 'xml'],
    [['studies', '--storage', join(dir, 'none.db')], 3, /none\.db/],
  ];
  for (const [args, exitCode, message] of cases) {
    const error = await run(args, {}).catch((reason: unknown) => reason);
    t.match(error, { exitCode, message }, args.join(' '));
  }
  t.notOk(existsSync(join(dir, 'none.db')), 'reading makes no database');
});

const demos = join(import.meta.dirname, '../../../../shared/golden/optuna');
const demoReason = existsSync(demos) ? false : 'the Optuna demo files are not here';

t.test('studies that Optuna made are read', { skip: demoReason }, async (t) => {
  const cwd = t.testdir();
  for (const name of readdirSync(demos).filter((file) => file.endsWith('.db'))) {
    const storage = ['--storage', `sqlite:///${join(demos, name)}`];
    const studies = await runHpo(['studies', ...storage, '-f', 'json'], { cwd });
    t.same(
      JSON.parse(studies.stdout).map((study: { name: string }) => study.name),
      ['demo', 'mo', 'cma', 'constr', 'sha', 'grid'],
      name,
    );
    const trials = await runHpo(['trials', ...storage, '--study', 'mo', '-f', 'csv'], { cwd });
    t.match(trials.stdout.split('\n')[0], 'number,state,value_0,value_1', name);
  }
});
