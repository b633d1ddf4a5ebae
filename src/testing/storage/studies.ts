import type { Test } from 'tap';
import { NotFoundError, UsageError } from '../../domain/errors.ts';
import type { Json } from '../../domain/trial.ts';
import type { MakeStorage } from '../storage-contract.ts';
import {
  completed,
  freshStudy,
  openFor,
  openFresh,
  runTrial,
  startTrial,
  testAttempt,
  testSpec,
} from './fixtures.ts';

const NAMES = [
  'it\'s a "study"; DROP TABLE trials; --',
  'тональность 🎉 データ',
  '../../etc/passwd',
  'a'.repeat(512),
  '__proto__',
  '%_\\',
];

export function studyContract(t: Test, make: MakeStorage): void {
  t.test('a new storage has no studies', async (t) => {
    const storage = await openFresh(t, make);
    t.same(await storage.listStudies(), []);
    t.same(await storage.summarizeStudies(), []);
  });

  t.test('a study comes back as it was created, from any client', async (t) => {
    const { open } = await make(t);
    const storage = await openFor(t, open);
    const spec = testSpec({
      objectives: [
        { metric: 'f0.5', direction: 'maximize', average: 'binary', positiveLabel: 'spam "x"' },
        { metric: 'modelBytes', direction: 'minimize', average: 'macro', positiveLabel: null },
      ],
    });
    const study = await storage.createStudy({ name: 'sentiment', spec });
    t.same(study.spec, spec);
    t.same(study.directions, ['maximize', 'minimize']);
    t.match(study.uuid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const other = await openFor(t, open);
    t.same(await other.loadStudy('sentiment'), study);
    t.same(await other.listStudies(), [study]);
  });

  t.test('a taken name is a usage error', async (t) => {
    const { storage } = await freshStudy(t, make);
    await t.rejects(storage.createStudy({ name: 'sentiment', spec: testSpec() }), UsageError);
    t.equal((await storage.listStudies()).length, 1);
  });

  t.test('an empty name is a usage error', async (t) => {
    const storage = await openFresh(t, make);
    await t.rejects(storage.createStudy({ name: '  ', spec: testSpec() }), UsageError);
  });

  t.test('an unknown study is an error that lists the known ones', async (t) => {
    const { storage } = await freshStudy(t, make);
    const error = await storage.loadStudy('sentimnt').catch((error: unknown) => error);
    t.ok(error instanceof NotFoundError);
    t.match(error, { message: /"sentimnt" not found/, details: [/sentiment/], fix: String });
  });

  t.test('names may hold anything', async (t) => {
    const storage = await openFresh(t, make);
    for (const name of NAMES) await storage.createStudy({ name, spec: testSpec() });
    t.same(
      (await storage.listStudies()).map((study) => study.name),
      NAMES,
    );
    for (const name of NAMES) t.equal((await storage.loadStudy(name)).name, name);
  });

  t.test('a name that a column of the schema cannot hold is a usage error', async (t) => {
    const storage = await openFresh(t, make);
    const create = storage.createStudy({ name: 'a'.repeat(513), spec: testSpec() });
    await t.rejects(create, { name: 'UsageError', message: /512/ });
  });

  t.test('a spec can be replaced; the directions only while there are no trials', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const loss = { metric: 'loss', direction: 'minimize', average: 'macro', positiveLabel: null } as const;
    const bound = await storage.updateSpec(study.id, testSpec({ objectives: [loss], seed: 7 }));
    t.same(bound.directions, ['minimize']);
    t.equal(bound.spec?.seed, 7);
    t.equal(bound.uuid, study.uuid);
    await storage.claimTrial(study.id);
    await t.rejects(storage.updateSpec(study.id, testSpec()), UsageError);
    t.same(await storage.loadStudy('sentiment'), bound);
    t.equal((await storage.updateSpec(study.id, testSpec({ objectives: [loss], seed: 8 }))).spec?.seed, 8);
  });

  t.test('attributes are kept, replaced and may be huge', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const huge: Json = { text: 'ж'.repeat(3_000_000), nested: [[1, [null, { a: 0.1 }]], 'x'] };
    await storage.setStudyAttr(study.id, 'user', 'note "1"', 'first');
    await storage.setStudyAttr(study.id, 'user', 'note "1"', huge);
    await storage.setStudyAttr(study.id, 'system', 'k', Number.POSITIVE_INFINITY);
    const { userAttrs, systemAttrs } = await storage.loadStudy('sentiment');
    t.same(userAttrs, { 'note "1"': huge });
    t.equal(systemAttrs['k'], Number.POSITIVE_INFINITY);
  });

  t.test('a summary counts the states and knows the best trial', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    for (const value of [0.3, Number.NEGATIVE_INFINITY, 0.9, 0.9, 0.5])
      await runTrial(storage, study.id, value);
    await storage.enqueue(study.id, {});
    await storage.createStudy({ name: 'empty', spec: testSpec() });
    const [summary, empty] = await storage.summarizeStudies();
    t.same(summary?.states, { waiting: 1, running: 0, complete: 5, pruned: 0, fail: 0 });
    t.equal(summary?.best?.number, 2);
    t.ok(Math.abs(summary!.lastStartedAt! - Date.now()) < 60_000);
    t.match(empty, { best: null, lastStartedAt: null, states: { complete: 0 } });
  });

  t.test('the best of a minimised study is the smallest', async (t) => {
    const storage = await openFresh(t, make);
    const loss = { metric: 'loss', direction: 'minimize', average: 'macro', positiveLabel: null } as const;
    const study = await storage.createStudy({ name: 'loss', spec: testSpec({ objectives: [loss] }) });
    for (const value of [0.3, Number.POSITIVE_INFINITY, -1, 0.9]) await runTrial(storage, study.id, value);
    t.equal((await storage.summarizeStudies())[0]?.best?.number, 2);
  });

  t.test('the best of several objectives lies on the front, though others tie by the first', async (t) => {
    const storage = await openFresh(t, make);
    const objectives = (['f1', 'mcc', 'loss'] as const).map((metric, i) => ({
      metric,
      direction: i === 2 ? ('minimize' as const) : ('maximize' as const),
      average: 'macro' as const,
      positiveLabel: null,
    }));
    const study = await storage.createStudy({ name: 'front', spec: testSpec({ objectives }) });
    const best = async () => (await storage.summarizeStudies())[0]?.best?.number;
    await runTrial(storage, study.id, 0.9, 0.1, 1);
    await runTrial(storage, study.id, 0.9, 0.4, 9);
    await runTrial(storage, study.id, 0.9, 0.4, 2);
    await runTrial(storage, study.id, 0.8, 0.9, 0);
    t.equal(await best(), 2);
    for (const mcc of [0.2, 0.3, 0.3]) await runTrial(storage, study.id, Number.POSITIVE_INFINITY, mcc, 0);
    t.equal(await best(), 5);
  });

  t.test('deleting a study leaves nothing of it, and its ids do not come back', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const trial = await startTrial(storage, study.id);
    await storage.recordReports(trial.id, trial.token, [{ step: 0, value: 1, metrics: { f1: 1 } }]);
    await storage.finishTrial(trial.id, trial.token, completed(1));
    await storage.deleteStudy(study.id);
    t.same(await storage.listStudies(), []);
    t.same(await storage.getTrials(study.id), []);
    t.same(await storage.getMetrics(trial.id), []);
    t.same(await storage.listAttempts(trial.id), []);
    t.same(await storage.listEvents(study.id), []);
    const again = await storage.createStudy({ name: 'sentiment', spec: testSpec() });
    t.not(again.id, study.id);
    t.not(again.uuid, study.uuid);
    const next = await storage.claimTrial(again.id);
    t.ok(next.id > trial.id);
    t.equal(next.number, 0);
    await storage.createAttempt(testAttempt(next.id));
    await t.rejects(storage.deleteStudy(study.id), NotFoundError);
  });
}
