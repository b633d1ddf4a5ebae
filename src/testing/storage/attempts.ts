import type { Test } from 'tap';
import { StorageError, UsageError } from '../../domain/errors.ts';
import type { MakeStorage } from '../storage-contract.ts';
import { completed, freshStudy, startTrial, testAttempt, testSpec, trialByNumber } from './fixtures.ts';

const report = (step: number, value: number) => ({
  step,
  value,
  metrics: { 'f0.5': value, loss: 1 - value },
});

export function attemptContract(t: Test, make: MakeStorage): void {
  t.test('an attempt comes back with everything that was learnt of it', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    const attempt = testAttempt(id);
    await storage.createAttempt({ ...attempt, gpu: '1' });
    const unknown = {
      pid: null,
      pidStartTime: null,
      bootId: null,
      jobId: null,
      reportOffset: 0,
      endedAt: null,
      exitCode: null,
      signal: null,
      failure: null,
    };
    t.same(await storage.listOpenAttempts(study.id), [{ ...attempt, gpu: '1', ...unknown }]);
    const started = {
      pid: 4242,
      pidStartTime: '123456789012',
      bootId: 'b-1',
      jobId: '77_3',
      reportOffset: 2 ** 40,
    };
    await storage.updateAttempt(id, 0, started);
    await storage.updateAttempt(id, 0, {});
    const ended = {
      endedAt: 1_790_000_000_123,
      exitCode: null,
      signal: 'SIGKILL',
      failure: { kind: 'crash', message: 'x' } as const,
    };
    await storage.updateAttempt(id, 0, ended);
    t.same(await storage.listAttempts(id), [{ ...attempt, gpu: '1', ...unknown, ...started, ...ended }]);
    t.same(await storage.listOpenAttempts(study.id), []);
  });

  t.test('attempts need a running trial, and a number and a token of their own', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id, token } = await startTrial(storage, study.id);
    await t.rejects(storage.createAttempt(testAttempt(id, 0)), StorageError);
    await storage.finishTrial(id, token, completed(1));
    await t.rejects(storage.createAttempt(testAttempt(id, 1)), StorageError);
    await t.rejects(storage.updateAttempt(id, 9, { pid: 1 }), StorageError);
  });

  t.test('open attempts are those of the study', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const other = await storage.createStudy({ name: 'other', spec: testSpec() });
    const mine = await startTrial(storage, study.id);
    await startTrial(storage, other.id);
    t.same(
      (await storage.listOpenAttempts(study.id)).map(({ trialId }) => trialId),
      [mine.id],
    );
  });

  t.test('reports are stored once by step, with all their metrics', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id, token } = await startTrial(storage, study.id);
    t.equal(await storage.recordReports(id, token, [report(0, 0.1), report(1, Number.NaN)]), true);
    t.equal(await storage.recordReports(id, token, [report(1, Number.NaN), report(2, 0.3)]), true);
    t.equal(await storage.recordReports(id, token, []), true);
    const trial = await trialByNumber(storage, study.id, 0);
    t.same(
      [...trial.intermediateValues],
      [
        [0, 0.1],
        [1, Number.NaN],
        [2, 0.3],
      ],
    );
    t.same(await storage.getMetrics(id), [
      { step: 0, metrics: { 'f0.5': 0.1, loss: 0.9 } },
      { step: 1, metrics: { 'f0.5': Number.NaN, loss: Number.NaN } },
      { step: 2, metrics: { 'f0.5': 0.3, loss: 0.7 } },
    ]);
  });

  t.test('a batch with a wrong step stores nothing of it', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id, token } = await startTrial(storage, study.id);
    for (const step of [-1, 0.5, Number.NaN]) {
      await t.rejects(storage.recordReports(id, token, [report(0, 0.1), report(step, 0.1)]), UsageError);
    }
    t.equal((await trialByNumber(storage, study.id, 0)).intermediateValues.size, 0);
  });

  t.test('reports under another token, of an ended attempt or an ended trial are not stored', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id, token } = await startTrial(storage, study.id);
    t.equal(await storage.recordReports(id, 'somebody', [report(0, 0.1)]), false);
    await storage.updateAttempt(id, 0, { endedAt: 1 });
    t.equal(await storage.recordReports(id, token, [report(0, 0.1)]), false);
    const second = testAttempt(id, 1);
    await storage.createAttempt(second);
    t.equal(await storage.recordReports(id, token, [report(0, 0.1)]), false, 'a zombie');
    t.equal(await storage.recordReports(id, second.token, [report(0, 0.2)]), true);
    await storage.finishTrial(id, second.token, completed(1));
    t.equal(await storage.recordReports(id, second.token, [report(1, 0.1)]), false);
    t.same([...(await trialByNumber(storage, study.id, 0)).intermediateValues], [[0, 0.2]]);
  });

  t.test('only the latest attempt can end a trial; a late result is kept as an event', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id, token } = await startTrial(storage, study.id);
    const second = testAttempt(id, 1);
    await storage.updateAttempt(id, 0, { endedAt: 1 });
    await storage.createAttempt(second);
    t.equal(await storage.finishTrial(id, token, completed(0.1)), false);
    t.equal(await storage.finishTrial(id, null, completed(0.2)), false, 'it was launched, so a token is due');
    t.equal((await trialByNumber(storage, study.id, 0)).state, 'running');
    t.equal(await storage.finishTrial(id, second.token, completed(0.3)), true);
    t.equal(await storage.finishTrial(id, second.token, completed(0.4)), false, 'it has ended');
    t.match(await trialByNumber(storage, study.id, 0), { state: 'complete', values: [0.3] });
    const late = (await storage.listEvents(study.id)).filter(({ kind }) => kind === 'late-result');
    t.match(
      late.map(({ payload }) => payload),
      [0.1, 0.2, 0.4].map((value) => ({ outcome: { values: [value] } })),
    );
    t.ok(late.every(({ trialId }) => trialId === id));
  });

  t.test('an attempt ends in the same moment as its trial, with what is known of its end', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id, token } = await startTrial(storage, study.id);
    const failure = { kind: 'crash', message: 'ended by SIGKILL' } as const;
    const end = { exitCode: null, signal: 'SIGKILL', failure };
    await storage.finishTrial(id, token, { state: 'fail', failure }, end);
    const [attempt] = await storage.listAttempts(id);
    t.match(attempt, { ...end, endedAt: Number });
    t.same(await storage.listOpenAttempts(study.id), []);
    await storage.finishTrial(id, token, completed(1));
    t.match((await storage.listAttempts(id))[0], attempt!, 'a late result changes nothing of it');
  });

  t.test('a trial that was claimed but never launched ends without a token', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const { id } = await storage.claimTrial(study.id);
    t.equal(await storage.finishTrial(id, 'somebody', completed(1)), false);
    t.equal(await storage.finishTrial(id, null, completed(1)), true);
    t.equal(await storage.finishTrial(999, null, completed(1)), false);
  });

  t.test('events are listed in order, from where one left off', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    const before = (await storage.listEvents(study.id)).at(-1)?.id ?? 0;
    await storage.addEvent(study.id, null, 'warning', { text: 'ж "q"', nan: Number.NaN });
    await storage.addEvent(study.id, null, 'second', null);
    const events = await storage.listEvents(study.id, before);
    t.match(events, [
      { trialId: null, kind: 'warning', payload: { text: 'ж "q"', nan: Number.NaN } },
      { kind: 'second', payload: null },
    ]);
    t.ok(Math.abs(events[0]!.at - Date.now()) < 60_000);
    t.same(await storage.listEvents(study.id, events[0]!.id), [events[1]]);
  });
}
