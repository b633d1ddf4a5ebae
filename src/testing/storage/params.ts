import type { Test } from 'tap';
import { StorageError, UsageError } from '../../domain/errors.ts';
import type { MakeStorage } from '../storage-contract.ts';
import { freshStudy, openFor, TRICKY, testAttempt, testSpec, trialByNumber } from './fixtures.ts';

export function paramsContract(t: Test, make: MakeStorage): void {
  t.test('params of every kind come back as they were', async (t) => {
    const { open } = await make(t);
    const storage = await openFor(t, open);
    const study = await storage.createStudy({ name: 'sentiment', spec: testSpec() });
    const { id } = await storage.claimTrial(study.id);
    await storage.setParams(id, TRICKY.params, TRICKY.distributions);
    const trial = await trialByNumber(await openFor(t, open), study.id, 0);
    t.strictSame(trial.params, TRICKY.params);
    t.strictSame(trial.distributions, TRICKY.distributions);
    t.same(Object.keys(trial.params), Object.keys(TRICKY.params));
  });

  t.test('params of a running trial can be set anew', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    await storage.setParams(id, TRICKY.params, TRICKY.distributions);
    await storage.setParams(id, { dim: 8 }, TRICKY.distributions);
    t.same((await trialByNumber(storage, study.id, 0)).params, { dim: 8 });
  });

  t.test('what params were chosen from is kept among the events', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    await storage.setParams(id, TRICKY.params, TRICKY.distributions, { number: 0, running: '3,7-9' });
    const asked = (await storage.listEvents(study.id)).filter(({ kind }) => kind === 'asked');
    t.match(asked, [{ trialId: id, payload: { number: 0, running: '3,7-9' } }]);
    await t.rejects(storage.setParams(id, { dim: 'x' }, TRICKY.distributions, { number: 0 }));
    t.equal((await storage.listEvents(study.id)).filter(({ kind }) => kind === 'asked').length, 1);
  });

  t.test('one name keeps its kind and choices in a study; bounds may change', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    await storage.setParams(id, TRICKY.params, TRICKY.distributions);
    const next = await storage.claimTrial(study.id);
    await storage.setParams(next.id, { dim: 999 }, { dim: { type: 'int', low: 1, high: 1000, log: true } });
    const wrong = [
      { dim: { type: 'int', low: 8, high: 256 } },
      { dim: { type: 'float', low: 8, high: 256, log: true } },
      { dim: { type: 'categorical', choices: [8] } },
    ] as const;
    for (const distributions of wrong) {
      await t.rejects(storage.setParams(next.id, { dim: 8 }, distributions), UsageError);
    }
    const loss = { loss: { type: 'categorical', choices: ['softmax', 'hs'] } } as const;
    await t.rejects(storage.setParams(next.id, { loss: 'hs' }, loss), UsageError);
    t.same((await trialByNumber(storage, study.id, 1)).params, { dim: 999 }, 'nothing is half stored');
  });

  t.test('a value that its distribution cannot hold is refused', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    await t.rejects(storage.setParams(id, { loss: 'ns' }, TRICKY.distributions), UsageError);
    await t.rejects(storage.setParams(id, { unknown: 1 }, TRICKY.distributions), UsageError);
  });

  t.test('params that were refused leave no kind behind', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    const float = { x: { type: 'float', low: 0, high: 1 } } as const;
    await t.rejects(storage.setParams(id, { x: 0.5, unknown: 1 }, float), UsageError);
    await storage.setParams(id, { x: 1 }, { x: { type: 'int', low: 0, high: 1 } });
    t.same((await trialByNumber(storage, study.id, 0)).params, { x: 1 });
  });

  t.test('a waiting trial has no params and no attempts', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    await storage.enqueue(study.id, { dim: 8 });
    const { id } = await trialByNumber(storage, study.id, 0);
    await t.rejects(storage.setParams(id, { dim: 8 }, TRICKY.distributions), StorageError);
    await t.rejects(storage.createAttempt(testAttempt(id)), StorageError);
    await storage.setTrialAttr(id, 'user', 'why', 'a hunch');
    t.match(await trialByNumber(storage, study.id, 0), { state: 'waiting', userAttrs: { why: 'a hunch' } });
  });
}
