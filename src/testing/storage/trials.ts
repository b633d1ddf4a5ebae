import type { Test } from 'tap';
import { NotFoundError, StorageError, UsageError } from '../../domain/errors.ts';
import { artifactOf, detailsOf, metricsOf, type TrialOutcome } from '../../domain/trial.ts';
import type { MakeStorage } from '../storage-contract.ts';
import {
  completed,
  freshStudy,
  openFor,
  openFresh,
  runTrial,
  startTrial,
  TRICKY,
  testSpec,
  trialByNumber,
} from './fixtures.ts';

export function trialContract(t: Test, make: MakeStorage): void {
  t.test('numbers are dense from 0 in each study', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const other = await storage.createStudy({ name: 'other', spec: testSpec() });
    const numbers: number[] = [];
    for (let i = 0; i < 4; i++) {
      numbers.push((await storage.claimTrial(study.id)).number, (await storage.claimTrial(other.id)).number);
    }
    t.same(numbers, [0, 0, 1, 1, 2, 2, 3, 3]);
  });

  t.test('a claimed trial runs, empty, from now on', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const claimed = await storage.claimTrial(study.id);
    t.same(claimed.fixedParams, {});
    const [trial] = await storage.getTrials(study.id);
    t.match(trial, { id: claimed.id, number: 0, state: 'running', params: {}, distributions: {} });
    t.ok(trial?.state === 'running' && Math.abs(trial.startedAt - Date.now()) < 60_000);
  });

  t.test('claiming from a study that is gone says so', async (t) => {
    const { storage } = await freshStudy(t, make);
    await t.rejects(storage.claimTrial(999), NotFoundError);
    await t.rejects(storage.enqueue(999, {}), NotFoundError);
  });

  t.test('enqueued trials are claimed first, oldest first, with their values', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    t.equal(await storage.enqueue(study.id, { lr: 5, loss: 'hs' }, { why: 'a hunch' }), 0);
    t.equal(await storage.enqueue(study.id, { lr: 0.2 }), 1);
    const waiting = await trialByNumber(storage, study.id, 0);
    t.match(waiting, { state: 'waiting', params: {}, userAttrs: { why: 'a hunch' } });
    const claims = [
      await storage.claimTrial(study.id),
      await storage.claimTrial(study.id),
      await storage.claimTrial(study.id),
    ];
    t.same(
      claims.map(({ number, fixedParams }) => [number, fixedParams]),
      [
        [0, { lr: 5, loss: 'hs' }],
        [1, { lr: 0.2 }],
        [2, {}],
      ],
    );
    t.same(claims[0]?.systemAttrs['fixed_params'], { lr: 5, loss: 'hs' });
  });

  t.test('a complete trial keeps values, metrics, artifact and details', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const trial = await startTrial(storage, study.id);
    const artifact = {
      path: 'model/model.bin',
      format: 'fasttext-bin',
      sha256: 'ab'.repeat(32),
      bytes: 2 ** 40,
    };
    const metrics = { 'f0.5': 0.1 + 0.2, mcc: Number.NaN, loss: Number.POSITIVE_INFINITY };
    const details = { threshold: 0.31, labels: [{ label: 'спам', f1: 1 }] };
    const outcome = { state: 'complete', values: [0.1 + 0.2], metrics, artifact, details } as const;
    t.equal(await storage.finishTrial(trial.id, trial.token, outcome), true);
    const stored = await trialByNumber(storage, study.id, 0);
    t.match(stored, { state: 'complete', values: [0.1 + 0.2] });
    // JSON has no infinity: what is no finite number is read back as NaN.
    t.same(metricsOf(stored), { ...metrics, loss: Number.NaN });
    t.same(artifactOf(stored), artifact);
    t.same(detailsOf(stored), details);
    t.ok(stored.state === 'complete' && stored.completedAt >= stored.startedAt);
  });

  t.test('infinite objectives are kept; a NaN makes the trial fail as diverged', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
      await runTrial(storage, study.id, value);
    }
    const [up, down, nan] = await storage.getTrials(study.id);
    t.match(up, { state: 'complete', values: [Number.POSITIVE_INFINITY] });
    t.match(down, { state: 'complete', values: [Number.NEGATIVE_INFINITY] });
    t.match(nan, { state: 'fail', failure: { kind: 'diverged' } });
  });

  t.test('a pruned trial has its last finite intermediate value and its last metrics', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const trial = await startTrial(storage, study.id);
    await storage.recordReports(trial.id, trial.token, [
      { step: 1, value: 0.4, metrics: { 'f0.5': 0.4 } },
      { step: 5, value: Number.NaN, metrics: { 'f0.5': Number.NaN } },
      { step: 3, value: 0.6, metrics: { 'f0.5': 0.6 } },
    ]);
    t.equal(await storage.finishTrial(trial.id, trial.token, { state: 'pruned', step: 5 }), true);
    const bare = await startTrial(storage, study.id);
    await storage.finishTrial(bare.id, bare.token, { state: 'pruned', step: 0 });
    const [first, second] = await storage.getTrials(study.id);
    t.match(first, { state: 'pruned', values: [0.6] });
    t.same([...first!.intermediateValues.keys()], [1, 3, 5]);
    t.same(metricsOf(first!), { 'f0.5': Number.NaN });
    t.match(second, { state: 'pruned', values: null });
  });

  t.test('a failed trial says why and has no values', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const trial = await startTrial(storage, study.id);
    const failure = { kind: 'out-of-memory', message: 'killed at 4 GiB\nlog: "…"' } as const;
    await storage.finishTrial(trial.id, trial.token, { state: 'fail', failure });
    const stored = await trialByNumber(storage, study.id, 0);
    t.match(stored, { state: 'fail', failure });
    t.notOk('values' in stored);
  });

  t.test('a complete trial needs a value an objective', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const trial = await startTrial(storage, study.id);
    const outcome = { ...completed(1), values: [1, 2] } as const;
    await t.rejects(
      storage.finishTrial(trial.id, trial.token, {
        ...outcome,
        state: 'complete',
        metrics: {},
        artifact: null,
        details: {},
      }),
      UsageError,
    );
    t.equal((await trialByNumber(storage, study.id, 0)).state, 'running');
  });

  t.test('a trial with two objectives keeps both values', async (t) => {
    const storage = await openFresh(t, make);
    const [first] = testSpec().objectives;
    const objectives = [first!, { ...first!, metric: 'modelBytes', direction: 'minimize' as const }];
    const study = await storage.createStudy({ name: 'two', spec: testSpec({ objectives }) });
    const trial = await startTrial(storage, study.id);
    const values = [0.9, 1024];
    await storage.finishTrial(trial.id, trial.token, {
      state: 'complete',
      values,
      metrics: {},
      artifact: null,
      details: {},
    });
    t.match(await trialByNumber(storage, study.id, 0), { state: 'complete', values });
  });

  t.test(
    'a trial that breaks a constraint says so to Optuna, and is never the best of its study',
    async (t) => {
      const storage = await openFresh(t, make);
      const constraints = [{ metric: 'modelBytes', relation: '<=' as const, bound: 1000 }];
      const study = await storage.createStudy({ name: 'small', spec: testSpec({ constraints }) });
      for (const [value, broken] of [
        [0.9, [0.5]],
        [0.7, [-0.5]],
        [0.8, [0]],
      ] as const) {
        const trial = await startTrial(storage, study.id);
        const outcome = completed(value) as Extract<TrialOutcome, { state: 'complete' }>;
        await storage.finishTrial(trial.id, trial.token, { ...outcome, constraints: broken });
      }
      t.same((await trialByNumber(storage, study.id, 0)).systemAttrs['constraints'], [0.5]);
      const [summary] = await storage.summarizeStudies();
      t.equal(summary?.best?.number, 2);
      t.same(summary?.study.spec?.constraints, constraints);
    },
  );

  t.test('a trial pruned by another metric than its objective has no value', async (t) => {
    const storage = await openFresh(t, make);
    const spec = testSpec({ pruneBy: { metric: 'loss', direction: 'minimize' } });
    const study = await storage.createStudy({ name: 'by loss', spec });
    const trial = await startTrial(storage, study.id);
    await storage.recordReports(trial.id, trial.token, [{ step: 1, value: 0.3, metrics: { loss: 0.3 } }]);
    await storage.finishTrial(trial.id, trial.token, { state: 'pruned', step: 1 });
    t.match(await trialByNumber(storage, study.id, 0), { state: 'pruned', values: null });
  });

  t.test('a finished trial never changes', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await runTrial(storage, study.id, 0.5);
    const before = await trialByNumber(storage, study.id, 0);
    await t.rejects(storage.setParams(id, {}, {}), StorageError);
    await t.rejects(storage.setTrialAttr(id, 'user', 'note', 1), StorageError);
    t.equal(await trialByNumber(storage, study.id, 0), before, 'and is read once');
  });

  t.test('trial attributes are kept by kind', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    await storage.setTrialAttr(id, 'user', 'k', 'user');
    await storage.setTrialAttr(id, 'system', 'k', ['system', null, 1.5]);
    await storage.setTrialAttr(id, 'user', 'k', 'user again');
    const trial = await trialByNumber(storage, study.id, 0);
    t.same(trial.userAttrs, { k: 'user again' });
    t.same(trial.systemAttrs, { k: ['system', null, 1.5] });
  });

  t.test('what another client changes is seen at the next reading', async (t) => {
    const { open } = await make(t);
    const [mine, theirs] = [await openFor(t, open), await openFor(t, open)];
    const study = await mine.createStudy({ name: 'shared', spec: testSpec() });
    t.same(await mine.getTrials(study.id), []);
    const trial = await startTrial(theirs, study.id);
    t.equal((await mine.getTrials(study.id)).length, 1);
    await theirs.setParams(trial.id, { dim: 8 }, TRICKY.distributions);
    t.same((await trialByNumber(mine, study.id, 0)).params, { dim: 8 });
    await theirs.recordReports(trial.id, trial.token, [{ step: 2, value: 0.5, metrics: {} }]);
    t.same([...(await trialByNumber(mine, study.id, 0)).intermediateValues], [[2, 0.5]]);
    await theirs.finishTrial(trial.id, trial.token, completed(0.5));
    t.equal((await trialByNumber(mine, study.id, 0)).state, 'complete');
  });

  t.test('many trials are read once and in order, however many readers ask at once', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    for (let i = 0; i < 520; i++) await storage.enqueue(study.id, { lr: i });
    const reads = await Promise.all([1, 2, 3].map(() => storage.getTrials(study.id)));
    for (const trials of reads) {
      t.same(
        trials.map(({ number }) => number),
        Array.from({ length: 520 }, (_, i) => i),
      );
    }
  });
}
