import type { Test } from 'tap';
import { UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import { findBestTrial } from '../../domain/study.ts';
import type { StudyLine } from '../../domain/study-lines.ts';
import type { MakeStorage } from '../storage-contract.ts';
import { freshStudy, openFor, openFresh, runTrial, startTrial, TRICKY, testSpec } from './fixtures.ts';

async function linesOf(storage: Storage, studyId: number): Promise<StudyLine[]> {
  const lines: StudyLine[] = [];
  for await (const line of storage.exportStudy(studyId)) lines.push(line);
  return lines;
}

async function* stream(lines: readonly StudyLine[]): AsyncGenerator<StudyLine> {
  yield* lines;
}

/** A study with a trial in every state, reports, metrics, attributes, events and a mark. */
async function fillStudy(storage: Storage, studyId: number): Promise<void> {
  await storage.setStudyAttr(studyId, 'user', 'note', 'ж "q"');
  const full = await startTrial(storage, studyId);
  await storage.setParams(full.id, TRICKY.params, TRICKY.distributions);
  await storage.setTrialAttr(full.id, 'user', 'nan', [Number.NaN, 1]);
  const reports = [0.1, Number.NaN, Number.POSITIVE_INFINITY].map((value, step) => ({
    step,
    value,
    metrics: { f1: value, loss: 1 },
  }));
  await storage.recordReports(full.id, full.token, reports);
  await storage.updateAttempt(full.id, 0, { pid: 12, endedAt: 5, exitCode: 0 });
  const outcome = { state: 'complete', metrics: {}, artifact: null, details: {} } as const;
  await storage.finishTrial(full.id, full.token, { ...outcome, values: [Number.POSITIVE_INFINITY] });
  const failed = await startTrial(storage, studyId);
  const failure = { kind: 'timeout', message: 'too slow' } as const;
  await storage.finishTrial(failed.id, failed.token, { state: 'fail', failure });
  const { id } = await runTrial(storage, studyId, 0.5);
  await storage.setExcluded(id, true);
  await storage.enqueue(studyId, { lr: 0.5 }, { why: 'a try' }, { failed_trial: 1, retry_history: [1] });
}

export function transferContract(t: Test, make: MakeStorage): void {
  t.test('an exported study comes back as it was, in another storage', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    await fillStudy(storage, study.id);
    const lines = await linesOf(storage, study.id);
    const other = await openFresh(t, make);
    await other.createStudy({ name: 'first', spec: testSpec() });
    const [copy] = await other.importStudies(stream(JSON.parse(JSON.stringify(lines))), (name) => name);
    t.strictSame({ ...copy!, id: study.id }, await storage.loadStudy(study.name));
    t.strictSame(await linesOf(other, copy!.id), lines);
    const bare = async (from: Storage, id: number) =>
      (await from.getTrials(id)).map(({ id: _, ...trial }) => trial);
    t.strictSame(await bare(other, copy!.id), await bare(storage, study.id));
    t.equal((await other.claimTrial(copy!.id)).number, 3, 'a waiting trial still waits');
    t.equal((await other.claimTrial(copy!.id)).number, 4, 'numbers go on');
  });

  t.test('more trials than fit in one transaction keep their order', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    for (let i = 0; i < 520; i++) await storage.enqueue(study.id, { i });
    const lines = storage.exportStudy(study.id);
    const [copy] = await storage.importStudies(lines, (name) => `${name} again`);
    const values = (await storage.getTrials(copy!.id)).map(({ systemAttrs }) => systemAttrs['fixed_params']);
    t.same(
      values,
      Array.from({ length: 520 }, (_, i) => ({ i })),
    );
    t.not(copy!.uuid, study.uuid, 'two studies never share a run folder');
  });

  t.test('an import that cannot be finished leaves nothing behind', async (t) => {
    const { storage, study } = await freshStudy(t, make);
    await fillStudy(storage, study.id);
    const lines = await linesOf(storage, study.id);
    await t.rejects(
      storage.importStudies(stream(lines), (name) => name),
      UsageError,
      'the name is taken',
    );
    const gap = lines.filter((line) => line.type !== 'trial' || line.number !== 1);
    await t.rejects(
      storage.importStudies(stream(gap), () => 'gap'),
      UsageError,
    );
    await t.rejects(
      storage.importStudies(stream(lines.slice(1)), () => 'headless'),
      UsageError,
    );
    t.same(
      (await storage.listStudies()).map(({ name }) => name),
      [study.name],
    );
  });

  t.test('an excluded trial is marked for everybody and is never the best', async (t) => {
    const { open } = await make(t);
    const [storage, other] = [await openFor(t, open), await openFor(t, open)];
    const study = await storage.createStudy({ name: 'marks', spec: testSpec() });
    for (const value of [0.1, 0.9, 0.5]) await runTrial(storage, study.id, value);
    const bestOf = async (client: Storage) => [
      findBestTrial(study, await client.getTrials(study.id))?.number,
      (await client.summarizeStudies())[0]?.best?.number,
    ];
    t.same(await bestOf(other), [1, 1]);
    const [, best] = await storage.getTrials(study.id);
    await storage.setExcluded(best!.id, true);
    await storage.setExcluded(best!.id, true);
    for (const client of [storage, other]) t.same(await bestOf(client), [2, 2]);
    t.equal((await other.getTrials(study.id))[1]!.state, 'complete', 'the trial itself stays as it is');
    await other.setExcluded(best!.id, false);
    for (const client of [storage, other]) t.same(await bestOf(client), [1, 1]);
    const kinds = (await storage.listEvents(study.id)).map(({ kind }) => kind);
    t.same(
      kinds.filter((kind) => kind.endsWith('cluded')),
      ['excluded', 'included'],
    );
    const running = await storage.claimTrial(study.id);
    await t.rejects(storage.setExcluded(running.id, true), UsageError);
  });
}
