import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { metricsOf } from '../domain/trial.ts';
import { completed, openFor, startTrial, testSpec, trialByNumber } from '../testing/storage/fixtures.ts';
import { openStorage } from './index.ts';

t.test('what is no number among final metrics is stored as JSON that everybody reads', async (t) => {
  const file = join(t.testdir(), 'trials.db');
  const storage = await openFor(t, () => openStorage(file, { create: true }));
  const study = await storage.createStudy({ name: 's', spec: testSpec() });
  const { id, token } = await startTrial(storage, study.id);
  const metrics = { 'f0.5': 0.5, mcc: Number.NaN, loss: Number.POSITIVE_INFINITY };
  const details = { threshold: Number.NaN };
  await storage.finishTrial(id, token, {
    ...completed(0.5),
    state: 'complete',
    values: [0.5],
    artifact: null,
    metrics,
    details,
  });
  const db = new Database(file, { readonly: true });
  t.teardown(() => db.close());
  const texts = db
    .prepare("SELECT value_json FROM trial_system_attributes WHERE key LIKE 'hpo:%'")
    .pluck()
    .all();
  t.same(
    texts.map((text) => JSON.parse(text as string)),
    [{ 'f0.5': 0.5, mcc: null, loss: null }, { threshold: null }],
  );
  t.same(metricsOf(await trialByNumber(storage, study.id, 0)), {
    'f0.5': 0.5,
    mcc: Number.NaN,
    loss: Number.NaN,
  });
});
