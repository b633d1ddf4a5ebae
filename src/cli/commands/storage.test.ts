import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { goldenPath, skipWithoutGolden } from '../../testing/golden.ts';
import { runHpo } from '../../testing/hpo-command.ts';
import { runInProcess } from '../../testing/run-in-process.ts';
import { makeSampleStudy } from '../../testing/sample-study.ts';

t.setTimeout(600_000);

t.test('studies exported to a file come back equal, under their own or another name', async (t) => {
  const dir = t.testdir();
  for (const name of ['one', 'two']) await makeSampleStudy(join(dir, 'trials.db'), name, join(dir, 'runs'));
  const hpo = (...args: string[]) => runInProcess(args, dir);
  t.match(await hpo('storage', 'export', 'all.jsonl'), { code: 0, stderr: /2 studies in all\.jsonl/ });
  t.match(await hpo('storage', 'export', 'all.jsonl'), { code: 2, stderr: /is there already/ });
  const other = ['--storage', 'sqlite:other.db'];
  const imported = await hpo('storage', 'import', 'all.jsonl', ...other, '-f', 'json');
  t.same(JSON.parse(imported.stdout), [
    { name: 'one', nTrials: 6, running: 1 },
    { name: 'two', nTrials: 6, running: 1 },
  ]);
  t.match(imported.stderr, /running trials stay as they are/);
  t.equal((await hpo('storage', 'export', 'again.jsonl', ...other)).code, 0);
  const text = readFileSync(join(dir, 'all.jsonl'), 'utf8');
  t.equal(readFileSync(join(dir, 'again.jsonl'), 'utf8'), text);
  const { stdout } = await runHpo(['storage', 'export', '--study', 'one'], { cwd: dir });
  t.ok(text.startsWith(stdout) && stdout.length > 1000, 'standard output holds the same lines');

  t.match(await hpo('storage', 'import', 'all.jsonl', ...other), {
    code: 2,
    stderr: /"one" exists.*\n.*--rename/,
  });
  t.equal((await hpo('storage', 'import', 'all.jsonl', ...other, '--rename', 'new')).code, 0);
  const names = JSON.parse((await hpo('studies', ...other, '-f', 'json')).stdout).map(
    ({ name }: { name: string }) => name,
  );
  t.same(names, ['one', 'two', 'new', 'new-2']);
  t.match(await hpo('storage', 'check', ...other), { code: 0, stdout: 'sqlite:other.db is sound\n' });
});

t.test('what is no export is refused with its line, and leaves nothing behind', async (t) => {
  const dir = t.testdir();
  await makeSampleStudy(join(dir, 'trials.db'), 'one', join(dir, 'runs'));
  const hpo = (...args: string[]) => runInProcess(args, dir);
  await hpo('storage', 'export', 'one.jsonl');
  const lines = readFileSync(join(dir, 'one.jsonl'), 'utf8').split('\n');
  const broken: [string, RegExp][] = [
    [[lines[0], '{"type":'].join('\n'), /bad\.jsonl:2: no JSON/],
    [[lines[0], '{"type":"trial","number":"0"}'].join('\n'), /bad\.jsonl:2: no line of an export\n.*number/],
    [[lines[0], lines[2]].join('\n'), /Trial 1 comes where trial 0 should/],
    ['', /holds no study/],
  ];
  for (const [text, said] of broken) {
    writeFileSync(join(dir, 'bad.jsonl'), text);
    const run = await hpo('storage', 'import', 'bad.jsonl', '--storage', 'new.db');
    t.equal(run.code, 2);
    t.match(run.stderr, said);
  }
  t.same(JSON.parse((await hpo('studies', '--storage', 'new.db', '-f', 'json')).stdout), []);
});

const OPTUNA = 'optuna/demo_v5.db';
t.test(
  'an Optuna database is imported with everything it holds',
  { skip: skipWithoutGolden(OPTUNA) },
  async (t) => {
    const dir = t.testdir();
    copyFileSync(goldenPath(OPTUNA), join(dir, 'optuna.db'));
    chmodSync(join(dir, 'optuna.db'), 0o600);
    const run = await runInProcess(['storage', 'import', 'optuna.db'], dir);
    t.equal(run.code, 0, run.stderr);
    const dump = (file: string) => {
      const db = new Database(join(dir, file), { readonly: true });
      t.teardown(() => db.close());
      const rows = (sql: string) => db.prepare(sql).raw().all();
      const study = 'JOIN studies s ON s.study_id = t.study_id';
      const of = (table: string, columns: string) =>
        rows(`SELECT s.study_name, t.number, ${columns} FROM ${table} p JOIN trials t ON t.trial_id = p.trial_id ${study}
        ORDER BY 1, 2, 3, 4`);
      return [
        rows(
          `SELECT s.study_name, number, state, datetime_start, datetime_complete FROM trials t ${study} ORDER BY 1, 2`,
        ),
        rows(`SELECT s.study_name, objective, direction FROM study_directions t ${study} ORDER BY 1, 2`),
        rows(`SELECT s.study_name, key, value_json FROM study_user_attributes t ${study} ORDER BY 1, 2`),
        rows(`SELECT s.study_name, key, value_json FROM study_system_attributes t ${study} ORDER BY 1, 2`),
        of('trial_params', 'param_name, param_value, distribution_json'),
        of('trial_values', 'objective, value, value_type'),
        of('trial_intermediate_values', 'step, intermediate_value, intermediate_value_type'),
        of('trial_user_attributes', 'key, value_json'),
        of('trial_system_attributes', 'key, value_json'),
      ];
    };
    t.strictSame(dump('trials.db'), dump('optuna.db'));
    t.equal((await runInProcess(['storage', 'check'], dir)).code, 0);
  },
);

const OLD = 'optuna/demo_3.1.0.db';
t.test(
  'a database of Optuna 3.1 is upgraded, and a copy is kept',
  { skip: skipWithoutGolden(OLD) },
  async (t) => {
    const dir = t.testdir();
    copyFileSync(goldenPath(OLD), join(dir, 'trials.db'));
    chmodSync(join(dir, 'trials.db'), 0o600);
    const hpo = (...args: string[]) => runInProcess(args, dir);
    t.match(await hpo('enqueue', '--study', 'demo', 'lr=0.1'), { code: 5, stderr: /fix: / });
    const done = await hpo('storage', 'upgrade', '-f', 'json');
    t.match(JSON.parse(done.stdout), { steps: [/3\.0 or 3\.1/, /own tables/], backup: /before-upgrade$/ });
    t.strictSame(readFileSync(join(dir, 'trials.db.before-upgrade')), readFileSync(goldenPath(OLD)));
    t.match(await hpo('enqueue', '--study', 'demo', 'lr=0.01'), { code: 0, stdout: /waits: lr=0\.01/ });
    t.match(await hpo('storage', 'upgrade'), { code: 0, stdout: /is up to date/ });
  },
);

t.test('damage is shown, with exit code 5', async (t) => {
  const dir = t.testdir();
  await makeSampleStudy(join(dir, 'trials.db'), 'one', join(dir, 'runs'));
  const db = new Database(join(dir, 'trials.db'));
  db.exec('UPDATE trials SET number = 9 WHERE number = 5; DELETE FROM trial_values WHERE trial_id = 1');
  db.close();
  const { code, stdout } = await runInProcess(['storage', 'check', '-f', 'json'], dir);
  t.equal(code, 5);
  t.match(JSON.parse(stdout), [
    { fault: /not numbered densely.*study 1/ },
    { fault: /one value an objective: trial id 1/ },
  ]);
});
