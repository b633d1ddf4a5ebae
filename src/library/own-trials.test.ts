import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  createStudy,
  FailureLimitError,
  loadStudy,
  NotFoundError,
  openAskTell,
  openStorage,
  optimize,
  optimizeFunction,
  type SearchSpace,
  type Storage,
  TrialPruned,
  UsageError,
} from '../index.ts';

t.setTimeout(300_000);

const SPACE: SearchSpace = {
  x: { type: 'float', low: -2, high: 2 },
  kind: { type: 'categorical', choices: ['a', 'b'] },
};

async function openFor(t: Test): Promise<Storage> {
  const storage = await openStorage(join(t.testdir(), 'trials.db'), { create: true });
  t.teardown(() => storage.close());
  return storage;
}

t.test('an objective of the caller is searched, pruned and failed in its own process', async (t) => {
  const storage = await openFor(t);
  const pruner = { name: 'median', options: { nStartupTrials: 2, nWarmupSteps: 0 } };
  const study = await createStudy(storage, { name: 'own', space: SPACE, direction: 'minimize', pruner });
  const best = await optimizeFunction(
    storage,
    study,
    async (trial) => {
      const loss = Number(trial.params['x']) ** 2;
      if (trial.number === 3) throw new Error('no licence');
      for (let step = 1; step <= 3; step++) {
        await trial.report(step, loss + 3 - step);
        if (await trial.shouldPrune()) throw new TrialPruned();
      }
      return loss;
    },
    { nTrials: 25, jobs: 3 },
  );
  t.ok(best!.values[0]! < 0.2, `best ${best!.values[0]}`);
  const trials = await storage.getTrials(study.id);
  t.equal(trials.length, 25);
  t.match(trials[3], { state: 'fail', failure: { message: 'no licence' } });
  t.ok(trials.some(({ state }) => state === 'pruned'));
  t.same(await storage.listOpenAttempts(study.id), [], 'nothing is left running');
  const again = await loadStudy(storage, 'own');
  const hopeless = () => Promise.reject(new Error('never'));
  const options = { nTrials: 9, maxFailures: 2 };
  await t.rejects(optimizeFunction(storage, again, hopeless, options), FailureLimitError);
  await t.rejects(optimize(storage, again, { nTrials: 1 }), UsageError);
  await t.rejects(loadStudy(storage, 'nobody'), NotFoundError);
});

t.test('ask and tell: the token fences, the same seed asks the same', async (t) => {
  const storage = await openFor(t);
  const params = [];
  for (const name of ['one', 'two']) {
    const study = await createStudy(storage, { name, space: SPACE, metric: 'loss' });
    const { ask, tell } = await openAskTell(storage, study);
    const trial = await ask();
    params.push(trial.params);
    t.equal(await tell({ number: trial.number, token: 'zombie' }, 1), false);
    t.equal(await tell(trial, 0.25, { seconds: 3 }), true);
    t.equal(await tell(trial, 0.5), false, 'it has ended');
    await t.rejects(trial.report(9, 1), UsageError);
    t.match((await storage.getTrials(study.id))[0], { state: 'complete', values: [0.25] });
    t.equal(study.directions[0], 'minimize');
  }
  t.same(params[0], params[1]);
  const bad = { name: 'bad', space: { x: { type: 'float', low: 1, high: 0 } } } as const;
  await t.rejects(createStudy(storage, bad), UsageError);
});
