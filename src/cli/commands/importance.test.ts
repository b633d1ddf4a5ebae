import { join } from 'node:path';
import t from 'tap';
import { createStudy, importance, openStorage, optimizeFunction } from '../../index.ts';
import { runInProcess } from '../../testing/run-in-process.ts';

t.test('importance of parameters, from the storage', async (t) => {
  const dir = t.testdir();
  const storage = await openStorage(`sqlite:${join(dir, 'trials.db')}`, { create: true });
  const study = await createStudy(storage, {
    name: 'own',
    space: {
      x: { type: 'float', low: 0, high: 1 },
      idle: { type: 'float', low: 0, high: 1 },
      kind: { type: 'categorical', choices: ['plain', 'bent'] },
      bend: { type: 'float', low: 0, high: 1, when: { kind: ['bent'] } },
    },
    metric: 'loss',
    sampler: { name: 'random', options: {} },
  });
  const run = (nTrials: number) =>
    optimizeFunction(
      storage,
      study,
      async ({ params }) => Number(params['x']) + Number(params['bend'] ?? 0) / 5,
      {
        nTrials,
      },
    );
  await run(6);
  const few = await runInProcess(['importance'], dir);
  t.equal(few.code, 3);
  t.match(few.stderr, /takes 10 complete trials with a value of "loss"; there are 6/);
  t.match(few.stderr, /fix: hpo optimize --n-trials 50 --study /);
  const wrong = await runInProcess(['importance', '--metric', 'lost'], dir);
  t.match(wrong, { code: 2, stderr: /no trial has a metric "lost"\n.*there are: .*loss/ });
  await run(54);
  for (const evaluator of ['ped-anova', 'fanova'] as const) {
    const { code, stdout, stderr } = await runInProcess(
      ['importance', '--evaluator', evaluator, '-f', 'json'],
      dir,
    );
    t.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    t.match(result, {
      evaluator,
      metric: 'loss',
      direction: 'minimize',
      trials: 60,
      params: [{ param: 'x' }],
    });
    t.same(result, await importance(storage, study, { evaluator }), 'as the library says');
  }
  const table = await runInProcess(['importance', '--ascii'], dir);
  t.match(
    table.stdout,
    /importance for loss in own \(ped-anova, 60 trials\)[\s\S]*ACTIVE IN\nx +0\.\d+ +0\.\d+ +#{24} +60\n/,
  );
  const csv = await runInProcess(['importance', '-f', 'csv', '--params', 'x,idle'], dir);
  t.match(csv.stdout, /^param,importance,spread,activeTrials,varianceShare\r?\nx,/);
  t.equal(csv.stdout.trim().split('\n').length, 3);
  for (const args of [
    ['--params', 'y'],
    ['--evaluator', 'guess'],
    ['--metric', '!'],
  ]) {
    const wrong = await runInProcess(['importance', ...args], dir);
    t.equal(wrong.code, 2, `${args}: ${wrong.stderr}`);
  }
  await storage.close();
});
