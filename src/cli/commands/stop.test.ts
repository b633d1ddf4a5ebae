import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startHpo } from '../../testing/hpo-command.ts';
import { runInProcess } from '../../testing/run-in-process.ts';
import { mountTmpfs, needsTmpfs } from '../../testing/tmpfs.ts';

t.setTimeout(600_000);

/** A search whose trials wait for a file `go`, up to the first one that runs. */
async function startSearch(t: Test) {
  const dir = t.testdir();
  writeFileSync(join(dir, 'space.yaml'), 'x: { type: float, low: 0, high: 1 }\n');
  writeFileSync(
    join(dir, 'wait.sh'),
    `echo started > "started.$HPO_TRIAL_NUMBER"
while [ ! -e go ]; do sleep 0.05; done
echo '::hpo {"final":true,"metrics":{"f1":0.5}}'
`,
  );
  const words = ['--model', 'command', '--space', 'space.yaml', '--command', 'bash wait.sh {x}'];
  const args = ['optimize', '--study', 's', '--n-trials', '5', ...words, '--metric', 'f1', '--events'];
  const search = startHpo(args, { cwd: dir });
  t.teardown(() => search.kill('SIGTERM'));
  const hpo = (...typed: string[]) => runInProcess(typed, dir);
  const trials = async () => JSON.parse((await hpo('trials', '-f', 'json')).stdout);
  const waitFor = async (look: () => Promise<boolean>) => {
    while (!(await look()) && search.exitCode === null) await sleep(100);
  };
  const running = async (number: number) => {
    await waitFor(async () => existsSync(join(dir, `started.${number}`)));
  };
  await running(0);
  return { dir, search, hpo, trials, running };
}

t.test('one trial is stopped, and its search goes on; then the search is stopped', async (t) => {
  const { dir, search, hpo, trials, running } = await startSearch(t);
  t.match(await hpo('delete-study', '--study', 's', '--yes'), {
    code: 2,
    stderr: /being searched: 1 trials run/,
  });
  const one = await hpo('stop', '0', '-f', 'json');
  t.same(JSON.parse(one.stdout), { number: 0, told: true, engine: 'lives' }, one.stderr);
  await running(1);
  t.match((await trials())[0], { state: 'fail', failure: { kind: 'cancelled' }, attempts: 1 });
  t.match(await hpo('stop', '0'), { code: 2, stderr: /trial 0 is fail, not running/ });

  const polite = await hpo('stop', '-f', 'json');
  t.match(JSON.parse(polite.stdout), [{ pid: search.pid, trials: [1], told: true }]);
  writeFileSync(join(dir, 'go'), '');
  const { exitCode, stderr } = await search;
  t.equal(exitCode, 130, stderr);
  t.match(await trials(), [{ state: 'fail' }, { state: 'complete', values: [0.5] }]);
  t.match(await hpo('stop'), { code: 0, stderr: /no search runs here/ });
});

t.test('--now stops the running trial too, and a dead engine leaves one that can be stopped', async (t) => {
  const first = await startSearch(t);
  const now = await first.hpo('stop', '--now', '--wait');
  t.equal(now.code, 0, now.stderr);
  t.equal((await first.search).exitCode, 143);
  t.match(await first.trials(), [{ state: 'fail', failure: { kind: 'cancelled' } }]);

  const second = await startSearch(t);
  second.search.kill('SIGKILL');
  await second.search;
  t.match(await second.hpo('stop'), { code: 0, stderr: /trials 0 have no engine/ });
  const left = await second.hpo('stop', '0', '-f', 'json');
  t.match(JSON.parse(left.stdout), { number: 0, told: true, engine: 'gone' });
  t.match(await second.trials(), [{ state: 'fail', failure: { kind: 'cancelled' } }]);
});

t.test(
  'a search that waits for space has no trial, and is found and stopped too',
  { skip: needsTmpfs() },
  async (t) => {
    const dir = t.testdir({ 'space.yaml': 'x: { type: float, low: 0, high: 1 }\n' });
    const runs = mountTmpfs(t, '12m');
    const words = ['--model', 'command', '--space', 'space.yaml', '--metric', 'f1', '--runs-dir', runs];
    const args = [
      'optimize',
      '--study',
      's',
      '--n-trials',
      '5',
      ...words,
      '--command',
      'true {x}',
      '--events',
    ];
    const search = startHpo(args, { cwd: dir });
    t.teardown(() => search.kill('SIGKILL'));
    const hpo = (...typed: string[]) => runInProcess([...typed, '--study', 's'], dir);
    const waits = () =>
      readdirSync(runs, { recursive: true }).some((name) => /engines.*json$/.test(String(name)));
    while (!waits() && search.exitCode === null) await sleep(100);
    t.match(await hpo('delete-study', '--yes', '--runs-dir', runs), {
      code: 2,
      stderr: /being searched: 0 trials run/,
    });
    const told = await hpo('stop', '--wait', '--runs-dir', runs, '-f', 'json');
    t.match(JSON.parse(told.stdout), [{ pid: search.pid, trials: [], told: true }], told.stderr);
    const { exitCode, stdout } = await search;
    t.equal(exitCode, 130);
    t.match(stdout, /no space left in .*; waiting for 16 MiB/);
    t.same(JSON.parse((await hpo('trials', '-f', 'json')).stdout), []);
    t.notOk(waits());
  },
);
