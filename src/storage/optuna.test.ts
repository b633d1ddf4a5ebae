import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { StorageError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import { goldenPath, skipWithoutGolden } from '../testing/golden.ts';
import { completed, openFor, startTrial, testAttempt, testSpec } from '../testing/storage/fixtures.ts';
import { openStorage } from './index.ts';

t.setTimeout(300_000);

/** A private, writable copy of a database that Optuna made. */
function copyGolden(t: Test, name: string): string {
  const file = join(t.testdir(), 'trials.db');
  copyFileSync(goldenPath(name), file);
  chmodSync(file, 0o600);
  return file;
}

const open = (t: Test, file: string): Promise<Storage> =>
  openFor(t, () => openStorage(file, { create: false }));
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

for (const name of ['optuna/demo_v4.9.0.db', 'optuna/demo_v5.db', 'optuna/demo_3.1.0.db']) {
  t.test(
    `every study and trial of ${name} is read, and the file stays as it is`,
    { skip: skipWithoutGolden(name) },
    async (t) => {
      const file = copyGolden(t, name);
      const before = sha256(file);
      const storage = await openStorage(file, { create: false });
      const studies = await storage.listStudies();
      t.same(
        studies.map((study) => [study.name, study.directions, study.spec]),
        [
          ['demo', ['maximize'], null],
          ['mo', ['minimize', 'maximize'], null],
          ['cma', ['minimize'], null],
          ['constr', ['minimize'], null],
          ['sha', ['minimize'], null],
          ['grid', ['minimize'], null],
        ],
      );
      t.same(studies[0]?.userAttrs, { owner: 'h3' });
      const trials = await storage.getTrials(studies[0]!.id);
      t.match(trials[0], { state: 'complete', params: { lr: 0.01, opt: 'adam' }, userAttrs: { src: 'enq' } });
      t.same(trials[0]?.distributions['opt'], {
        type: 'categorical',
        choices: ['sgd', 'adam', null, true, 1, 2.5],
      });
      t.same(
        [...trials[0]!.intermediateValues.values()],
        [0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5],
      );
      t.match(trials[1], { state: 'pruned', values: [0.5] });
      t.match(trials[2], { state: 'fail', failure: { kind: 'crash' } });
      t.match(trials[4], { state: 'complete', values: [Number.POSITIVE_INFINITY] });
      const summaries = await storage.summarizeStudies();
      for (const { study, states } of summaries) {
        const all = await storage.getTrials(study.id);
        t.same(
          all.map(({ number }) => number),
          all.map((_, i) => i),
        );
        t.equal(
          all.length,
          Object.values(states).reduce((a, b) => a + b),
        );
      }
      await storage.close();
      t.equal(sha256(file), before);
    },
  );
}

t.test(
  'a study that Optuna began is continued',
  { skip: skipWithoutGolden('optuna/demo_v4.9.0.db') },
  async (t) => {
    const storage = await open(t, copyGolden(t, 'optuna/demo_v4.9.0.db'));
    const study = await storage.loadStudy('cma');
    const { length } = await storage.getTrials(study.id);
    const bound = await storage.updateSpec(
      study.id,
      testSpec({ objectives: [{ ...testSpec().objectives[0]!, direction: 'minimize' }] }),
    );
    t.equal(bound.spec?.model, 'fasttext');
    const trial = await startTrial(storage, study.id);
    t.equal(trial.number, length);
    t.equal(await storage.finishTrial(trial.id, trial.token, completed(1)), true);
    t.equal((await storage.getTrials(study.id)).length, length + 1);
  },
);

t.test(
  'the database of an older Optuna is read only, and the error says how to upgrade it',
  { skip: skipWithoutGolden('optuna/demo_3.1.0.db') },
  async (t) => {
    const storage = await open(t, copyGolden(t, 'optuna/demo_3.1.0.db'));
    const { id } = await storage.loadStudy('demo');
    await t.rejects(storage.claimTrial(id), {
      name: 'StorageError',
      message: /Optuna 3\.0 or 3\.1/,
      fix: /optuna storage upgrade --storage sqlite:\/\/\//,
    });
  },
);

/** A database of ours in which another program's row stands. */
async function withForeignTrial(
  t: Test,
): Promise<{ storage: Storage; studyId: number; db: Database.Database }> {
  const file = join(t.testdir(), 'trials.db');
  const storage = await openFor(t, () => openStorage(file, { create: true }));
  const study = await storage.createStudy({ name: 's', spec: testSpec() });
  const db = new Database(file);
  t.teardown(() => db.close());
  db.prepare(`INSERT INTO trials VALUES (50, 0, ?, 'RUNNING', '2026-01-02 03:04:05.678901', NULL)`).run(
    study.id,
  );
  return { storage, studyId: study.id, db };
}

t.test('a running trial of another program is left alone', async (t) => {
  const { storage, studyId } = await withForeignTrial(t);
  await t.rejects(storage.setParams(50, {}, {}), StorageError);
  await t.rejects(storage.setTrialAttr(50, 'user', 'k', 1), StorageError);
  await t.rejects(storage.createAttempt(testAttempt(50)), StorageError);
  t.equal(await storage.finishTrial(50, null, completed(1)), false);
  t.match(await storage.getTrials(studyId), [
    { state: 'running', params: {}, userAttrs: {}, startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) },
  ]);
  const next = await storage.claimTrial(studyId);
  t.match(next, { number: 1, id: 51 }, 'numbers and ids go on after it');
});

t.test('what another program deletes takes our rows along, and its ids inherit nothing', async (t) => {
  const { storage, studyId, db } = await withForeignTrial(t);
  const trial = await startTrial(storage, studyId);
  await storage.recordReports(trial.id, trial.token, [{ step: 0, value: 1, metrics: { f1: 1 } }]);
  for (const table of [
    'trial_intermediate_values',
    'trials',
    'study_directions',
    'study_system_attributes',
    'studies',
  ]) {
    db.prepare(`DELETE FROM ${table}`).run();
  }
  for (const table of ['hpo_studies', 'hpo_attempts', 'hpo_metrics', 'hpo_events']) {
    t.equal(db.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get(), 0, table);
  }
  db.prepare("INSERT INTO studies VALUES (?, 's')").run(studyId);
  t.equal((await storage.loadStudy('s')).spec, null);
});

t.test("bare NaN and Infinity in another program's JSON are read", async (t) => {
  const { storage, studyId, db } = await withForeignTrial(t);
  db.prepare(
    `INSERT INTO trial_user_attributes VALUES (1, 50, 'x', '{"a": NaN, "b": [-Infinity, "NaN"]}')`,
  ).run();
  const [trial] = await storage.getTrials(studyId);
  t.same(trial?.userAttrs, { x: { a: Number.NaN, b: [Number.NEGATIVE_INFINITY, 'NaN'] } });
});

t.test('heartbeats are never written', async (t) => {
  const { storage, studyId, db } = await withForeignTrial(t);
  const trial = await startTrial(storage, studyId);
  await storage.finishTrial(trial.id, trial.token, completed(1));
  t.equal(db.prepare('SELECT COUNT(*) FROM trial_heartbeats').pluck().get(), 0);
});
