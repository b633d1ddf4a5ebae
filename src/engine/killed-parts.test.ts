import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import type { Json } from '../domain/trial.ts';
import { type AttemptStarted, readRecord, trialFolder } from '../protocol/index.ts';
import { checkAfterFault } from '../testing/after-fault.ts';
import { compileEngine } from '../testing/compiled-trial.ts';
import { startEngineProcess } from '../testing/engine-process.ts';
import { createProcessSearch } from '../testing/process-search.ts';
import { optimize } from './index.ts';
import { DIED_WITH_ENGINE } from './judge.ts';

const { engine, entry } = compileEngine(t.testdir());

const search = (t: Test) => createProcessSearch(t, entry, { settings: { reports: 6, pauseMs: 100 } });
type Fixture = Awaited<ReturnType<typeof search>>;

/** A search for one trial of a shell script. */
const searchWithScript = (t: Test, script: string) =>
  createProcessSearch(t, entry, {
    spec: { model: 'command', settings: { command: ['sh', '-c', script] as Json } },
  });
const FINAL = `echo '::hpo {"final":true,"metrics":{"f1":0.5}}'`;

/** Who runs the open attempt. */
async function findRunning({ storage, study }: Fixture): Promise<AttemptStarted & { readonly dir: string }> {
  const { dir } = (await storage.listOpenAttempts(study.id))[0]!;
  return { ...(await readRecord<AttemptStarted>(dir, 'started.json'))!, dir };
}

/** Runs one trial, and does something once at its second report. */
async function searchAndDo(fixture: Fixture, act: (running: AttemptStarted) => void): Promise<void> {
  let done = false;
  const onEvent = ({ type, ...event }: SearchEvent): void => {
    if (done || type !== 'report' || !('step' in event) || event.step !== 2) return;
    done = true;
    void findRunning(fixture).then(act);
  };
  await optimize(fixture.study, fixture.parts, fixture.options({ nTrials: 1, retries: 1, onEvent }));
}

const kill = (...pids: readonly number[]): void => {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
};

t.test('a supervisor that is killed costs nothing: its trial goes on to the end', async (t) => {
  const fixture = await search(t);
  await searchAndDo(fixture, ({ supervisorPid }) => kill(supervisorPid));
  const [trial] = await fixture.storage.getTrials(fixture.study.id);
  t.match([trial!.state, trial!.intermediateValues.size], ['complete', 6]);
  t.match(await fixture.storage.listAttempts(trial!.id), [{ exitCode: null, failure: null }]);
  await checkAfterFault(t, fixture);
});

t.test('a trial that is killed is run again, and its supervisor says how it died', async (t) => {
  const fixture = await search(t);
  await searchAndDo(fixture, ({ pid }) => kill(pid));
  const [trial] = await fixture.storage.getTrials(fixture.study.id);
  t.equal(trial!.state, 'complete');
  t.match(await fixture.storage.listAttempts(trial!.id), [
    { signal: 'SIGKILL', failure: { kind: 'crash', message: /^ended by SIGKILL/ } },
    { exitCode: 0, failure: null },
  ]);
  await checkAfterFault(t, fixture);
});

t.test('trial and supervisor killed together are lost, and run again', async (t) => {
  const fixture = await search(t);
  await searchAndDo(fixture, ({ pid, supervisorPid }) => kill(supervisorPid, pid));
  const [trial] = await fixture.storage.getTrials(fixture.study.id);
  t.equal(trial!.state, 'complete');
  t.match(await fixture.storage.listAttempts(trial!.id), [
    { exitCode: null, failure: { kind: 'lost', message: /^its process is gone/ } },
    { exitCode: 0, failure: null },
  ]);
  await checkAfterFault(t, fixture);
});

t.test('engine, supervisor and trial killed at once: the next engine runs the trial again', async (t) => {
  const fixture = await search(t);
  const { study, parts, options, storage, dir } = fixture;
  const first = startEngineProcess({ engine, entry, dir }, { nTrials: 5 });
  await first.sees('report');
  const { pid, supervisorPid } = await findRunning(fixture);
  kill(first.pid, supervisorPid, pid);
  await first.ended;
  await optimize(study, parts, options({ nTrials: 1, retries: 1 }));
  const [trial, ...others] = await storage.getTrials(study.id);
  t.match([trial!.state, others], ['complete', []]);
  t.match(await storage.listAttempts(trial!.id), [
    { failure: { kind: 'lost', message: DIED_WITH_ENGINE } },
    { exitCode: 0 },
  ]);
  await checkAfterFault(t, fixture);
});

t.test('an engine killed while it copies a checkpoint leaves half of none', async (t) => {
  const fixture = await searchWithScript(
    t,
    `cd "$HPO_CHECKPOINT_DIR"; if [ "$HPO_ATTEMPT" = 0 ]; then
       i=0; while [ $i -lt 50 ]; do truncate -s 4M part$i; i=$((i+1)); done; exit 75; fi
     [ "$(ls | wc -l)" = 50 ] && ${FINAL}`,
  );
  const { study, parts, options, storage, dir } = fixture;
  const first = startEngineProcess({ engine, entry, dir }, { nTrials: 1 });
  const next = join(trialFolder(options().runsDir, study.uuid, 0), '1');
  while (!existsSync(join(next, '.checkpoint.tmp', 'part3'))) await sleep(2);
  kill(first.pid);
  await first.ended;
  t.notOk(existsSync(join(next, 'checkpoint')), 'it was killed in between');
  await optimize(study, parts, options({ nTrials: 1 }));
  const [trial] = await storage.getTrials(study.id);
  t.equal(trial!.state, 'complete');
  t.match(await storage.listAttempts(trial!.id), [
    { attempt: 0, exitCode: 75 },
    { attempt: 2, exitCode: 0 },
  ]);
  t.notOk(existsSync(next), 'nothing is left of it');
  await checkAfterFault(t, fixture, { x: 0.5 }, { retries: 1 });
});

t.test('a run folder that is deleted under a search costs the attempts in it, no more', async (t) => {
  const fixture = await search(t);
  const { storage, study, options } = fixture;
  await searchAndDo(fixture, () => rmSync(options().runsDir, { recursive: true }));
  const [trial] = await storage.getTrials(study.id);
  t.equal(trial!.state, 'complete');
  t.match(await storage.listAttempts(trial!.id), [
    { attempt: 0, failure: { kind: 'lost' } },
    { attempt: 1, exitCode: 0 },
  ]);
  await checkAfterFault(t, fixture);
});

t.test('a trial that deletes its own folder is run again', async (t) => {
  const fixture = await searchWithScript(
    t,
    `[ "$HPO_ATTEMPT" = 0 ] && rm -rf "$HPO_TRIAL_DIR"; cd /; ${FINAL}`,
  );
  const { study, parts, options, storage } = fixture;
  await optimize(study, parts, options({ nTrials: 1, retries: 1 }));
  const [trial] = await storage.getTrials(study.id);
  t.equal(trial!.state, 'complete');
  t.match(await storage.listAttempts(trial!.id), [
    { attempt: 0, failure: { kind: 'lost' } },
    { attempt: 1, exitCode: 0 },
  ]);
  await checkAfterFault(t, fixture, { x: 0.5 }, { retries: 1 });
});

t.test('a run folder that cannot be made is said so before anything runs', async (t) => {
  const { study, parts, options, storage, dir } = await search(t);
  writeFileSync(join(dir, 'file'), '');
  await t.rejects(optimize(study, parts, options({ runsDir: join(dir, 'file', 'runs') })), {
    name: 'UsageError',
    message: /^Trials cannot work in /,
    fix: /--runs-dir/,
  });
  t.same(await storage.getTrials(study.id), []);
  t.notOk(readdirSync(dirname(dir)).includes('runs'));
});
