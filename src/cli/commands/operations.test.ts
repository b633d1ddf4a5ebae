import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStorage } from '../../storage/index.ts';
import { type HpoRun, runHpo } from '../../testing/hpo-command.ts';
import { runInProcess } from '../../testing/run-in-process.ts';
import { makeSampleStudy } from '../../testing/sample-study.ts';

t.setTimeout(900_000);

/** A folder with a study of six trials (0, 1, 4 complete, 1 the best; 2 pruned, 3 failed, 5 running), and `hpo` in it. */
async function sample(t: Test) {
  const dir = t.testdir();
  await makeSampleStudy(join(dir, 'trials.db'), 'only', join(dir, 'runs'));
  const hpo = (...args: string[]): Promise<HpoRun> => runInProcess(args, dir);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await hpo(...args, '-f', 'json');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const storage = await openStorage(join(dir, 'trials.db'), { create: false });
  t.teardown(() => storage.close());
  const [study] = await storage.listStudies();
  return { dir, hpo, json, storage, study: study! };
}

/** What a refused command line says. */
async function refusal(dir: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await runInProcess(args, dir);
  return `exit ${code}\n${stderr}`;
}

t.test('values are enqueued from words, JSON and an earlier trial', async (t) => {
  const { dir, json, storage, study } = await sample(t);
  const first = await runHpo(['enqueue', 'lr=0.5', '--set-param', 'loss=ova'], { cwd: dir });
  t.match(first, { code: 0, stdout: 'trial 6 waits: lr=0.5 loss=ova\n' });
  t.match(first.stderr, /next: hpo optimize --study only --n-trials 1/);
  writeFileSync(join(dir, 'values.json'), '{"wordNgrams": 9}');
  const odd = await json('enqueue', '--from', '1', '--json', '@values.json', 'lr=7');
  t.match(odd, {
    number: 7,
    params: { lr: 7, wordNgrams: 9, loss: 'softmax' },
    warnings: [/^lr = 7 is outside/, /^wordNgrams = 9/],
  });
  const trials = await storage.getTrials(study.id);
  t.same(trials[6]!.systemAttrs, { fixed_params: { lr: 0.5, loss: 'ova' } });
  t.same(trials[7]!.systemAttrs['fixed_params'], odd.params);
  const cases: [args: string[], said: RegExp][] = [
    [['lrr=1'], /exit 2\n.*no parameter "lrr"\n.*it has: lr.*\n.*did you mean lr/],
    [['loss=hs'], /exit 2\n.*loss = "hs" is none of its choices\n.*"softmax", "ova"/],
    [['lr=fast'], /lr must be a number, not "fast"/],
    [['wordNgrams=1.5'], /must be a whole number/],
    [['--json', '[1]'], /--json must be an object/],
    [['--json', '{'], /--json is no JSON/],
    [['--from', '99'], /exit 3\n.*no trial 99/],
    [[], /which values/],
  ];
  for (const [args, said] of cases) t.match(await refusal(dir, 'enqueue', ...args), said, args.join(' '));
});

t.test('a failed trial is retried as a new one that says whom it repeats', async (t) => {
  const { dir, json, storage, study } = await sample(t);
  t.same(await json('retry', '3'), [{ number: 6, retries: 3 }]);
  const [, , , failed, , , retried] = await storage.getTrials(study.id);
  t.match(retried!.systemAttrs, { failed_trial: 3, retry_history: [3], fixed_params: failed!.params });
  t.same(await json('retry', '--failed'), [], 'what was retried already is not retried again');
  const { id } = await storage.claimTrial(study.id);
  const failure = { kind: 'crash', message: 'again' } as const;
  await storage.finishTrial(id, null, { state: 'fail', failure });
  t.same(await json('retry', '--failed'), [{ number: 7, retries: 6 }]);
  const last = (await storage.getTrials(study.id))[7]!;
  t.match(last.systemAttrs, { failed_trial: 3, retry_history: [3, 6] });
  t.match(await refusal(dir, 'retry', '1'), /trial 1 is complete.*\n.*hpo enqueue --study only --from 1/);
  t.match(await refusal(dir, 'retry', 'x'), /"x" is no trial's number/);
  t.match(await refusal(dir, 'retry'), /which trial/);
});

t.test('an excluded trial is not the best until it is taken back', async (t) => {
  const { dir, hpo, json } = await sample(t);
  t.same(await json('exclude', '1'), [{ number: 1, state: 'complete', excluded: true }]);
  t.equal((await json('best')).number, 0);
  t.equal((await json('studies'))[0].best.number, 0);
  t.match((await hpo('exclude')).stdout, /^NUMBER.*\n *1 /i);
  t.same(await json('exclude', '1', '--undo'), [{ number: 1, state: 'complete', excluded: false }]);
  t.equal((await json('best')).number, 1);
  t.match(await refusal(dir, 'exclude', '5'), /trial 5 is running.*\n.*hpo stop 5/);
});

t.test('a study is deleted with its folder, on request only, and never through a link', async (t) => {
  const { dir, hpo, storage, study } = await sample(t);
  const folder = join(dir, 'runs', study.uuid);
  t.match(await refusal(dir, 'delete-study'), /which study/);
  t.match(await refusal(dir, 'delete-study', '--study', 'only'), /6 trials and the folder.*\n.*--yes/);
  t.ok(existsSync(folder));
  mkdirSync(join(dir, 'elsewhere', study.uuid), { recursive: true });
  symlinkSync(join(dir, 'elsewhere', study.uuid), join(dir, 'linked'));
  mkdirSync(join(dir, 'bad'));
  symlinkSync(join(dir, 'elsewhere', study.uuid), join(dir, 'bad', study.uuid));
  const linked = await hpo('delete-study', '--study', 'only', '--yes', '--runs-dir', 'bad');
  t.not(linked.code, 0);
  t.match(linked.stderr, /symbolic link/);
  t.equal((await storage.listStudies()).length, 1, 'nothing was deleted');
  const done = await hpo('delete-study', '--study', 'only', '--yes');
  t.match(done, { code: 0, stdout: /^deleted study "only" with 6 trials and the folder/ });
  t.notOk(existsSync(folder));
  t.same(await storage.listStudies(), []);
  t.ok(existsSync(join(dir, 'elsewhere', study.uuid)));
});

t.test('a shell asks, reports, is told to prune, and tells; the token fences', async (t) => {
  const dir = t.testdir();
  const hpo = (...args: string[]): Promise<HpoRun> => runInProcess(args, dir);
  writeFileSync(join(dir, 'space.yaml'), 'x: { type: float, low: -1, high: 1 }\nkind: [a, b]\n');
  const made = await hpo(
    ...['create-study', '--study', 'own', '--space', 'space.yaml', '--metric', 'loss'],
    ...['--pruner-option', 'nStartupTrials=1', '--pruner-option', 'nWarmupSteps=0'],
  );
  t.match(made, { code: 0, stdout: 'own\n', stderr: /next: hpo ask --study own/ });
  const asked = await hpo('ask');
  const first = JSON.parse(asked.stdout);
  t.match(first, { study: 'own', number: 0, params: { x: Number, kind: /^[ab]$/ }, token: /.{30}/ });
  t.match(asked.stderr, `next: hpo tell 0 --study own --token ${first.token} --values VALUE`);
  const tell = async (...args: string[]) => JSON.parse((await hpo('tell', ...args, '-f', 'json')).stdout);
  t.same(await tell('0', '--token', first.token, '--step', '1', '--values', '0.1'), {
    number: 0,
    step: 1,
    prune: false,
  });
  t.same(await tell('0', '--token', first.token, '--values', '-0.5', '--metric', 'seconds=3'), {
    number: 0,
    state: 'complete',
  });
  const second = JSON.parse((await hpo('ask')).stdout);
  t.match(await tell('1', '--token', second.token, '--step', '1', '--values', '0.9'), { prune: true });
  t.match(await refusal(dir, 'tell', '1', '--token', first.token, '--values', '1'), /exit 2\n.*not its own/);
  t.match(await refusal(dir, 'tell', '1', '--values', '1'), /--token is missing\n.*\n.*--state fail --force/);
  t.match(await refusal(dir, 'tell', '1', '--token', second.token), /--values needs 1 numbers/);
  t.same(await tell('1', '--token', second.token, '--state', 'pruned'), { number: 1, state: 'pruned' });
  t.match(await refusal(dir, 'tell', '1', '--token', second.token, '--values', '1'), /had ended/);
  const vanished = JSON.parse((await hpo('ask')).stdout);
  t.match(await refusal(dir, 'retry', '2'), /trial 2 is running; only failed trials are retried/);
  t.same(await tell('2', '--state', 'fail', '--force'), { number: 2, state: 'fail' });
  t.match(
    await refusal(dir, 'tell', '2', '--token', vanished.token, '--values', '1'),
    /had ended/,
    'it came back',
  );
  t.match(await hpo('retry', '2'), { code: 0, stderr: /next: hpo ask --study/ });
  t.match((await hpo('enqueue', 'x=0.5', 'kind=a')).stderr, /next: hpo ask --study own/);
  t.match(JSON.parse((await hpo('ask')).stdout), { number: 3, params: vanished.params });
  const trials = JSON.parse((await hpo('trials', '-f', 'json')).stdout);
  t.match(trials, [
    { state: 'complete', values: [-0.5], metrics: { loss: -0.5, seconds: 3 }, intermediate: [[1, 0.1]] },
    { state: 'pruned', values: [0.9] },
    { state: 'fail' },
    { state: 'running' },
  ]);
  t.match(await refusal(dir, 'optimize', '--n-trials', '1'), /run by a program of your own\n.*hpo ask/);
});
