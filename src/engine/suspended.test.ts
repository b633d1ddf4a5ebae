import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import { checkAfterFault } from '../testing/after-fault.ts';
import { compileEngine } from '../testing/compiled-trial.ts';
import { startEngineProcess } from '../testing/engine-process.ts';
import { createProcessSearch } from '../testing/process-search.ts';
import { optimize } from './index.ts';

const { engine, entry } = compileEngine(t.testdir());
const skip = existsSync('/proc/self/stat') ? false : 'needs /proc';

const search = (t: Test, settings = {}) => createProcessSearch(t, entry, { settings });

/** Suspends a process group or process now and continues it after `ms`. */
async function suspend(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await sleep(ms);
  process.kill(pid, 'SIGCONT');
}

t.test('a trial that is suspended for longer than its timeout is not timed out', { skip }, async (t) => {
  const fixture = await search(t, { reports: 10, pauseMs: 100 });
  const { study, parts, options, storage } = fixture;
  let suspended: Promise<void> | null = null;
  const onEvent = (event: SearchEvent): void => {
    if (event.type === 'trial-started' && suspended === null) suspended = suspend(-event.pid!, 6000);
  };
  await optimize(study, parts, options({ nTrials: 1, trialTimeoutMs: 5000, onEvent }));
  await suspended;
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'complete', values: { length: 1 } });
  t.equal(trial!.intermediateValues.size, 10);
  t.equal((await storage.listAttempts(trial!.id)).length, 1);
  await checkAfterFault(t, fixture);
});

t.test('nor is one that was suspended while its engine was dead', { skip }, async (t) => {
  const fixture = await search(t, { reports: 30, pauseMs: 100 });
  const { study, parts, options, storage, dir } = fixture;
  const first = startEngineProcess({ engine, entry, dir }, { nTrials: 1 });
  await first.sees('report');
  const { pid, dir: attemptDir } = (await storage.listOpenAttempts(study.id))[0]!;
  first.kill('SIGKILL');
  await first.ended;
  await suspend(-pid!, 7000);
  const { seconds } = JSON.parse(readFileSync(join(attemptDir, 'suspended.json'), 'utf8'));
  t.ok(seconds >= 4 && seconds <= 8, `${seconds} s are on record`);
  await optimize(study, parts, options({ nTrials: 1, trialTimeoutMs: 8500 }));
  t.match(await storage.getTrials(study.id), [{ state: 'complete' }]);
  await checkAfterFault(t, fixture);
});

t.test('a suspended supervisor is woken to say how its trial ended', { skip }, async (t) => {
  const fixture = await search(t, { reports: 2, pauseMs: 200 });
  const { study, parts, options, storage } = fixture;
  await storage.enqueue(study.id, { x: 0.5, ending: 'exit-3' });
  const onEvent = (event: SearchEvent): void => {
    if (event.type !== 'report' || event.step !== 1) return;
    void storage.listOpenAttempts(study.id).then(([attempt]) => {
      const started = JSON.parse(readFileSync(join(attempt!.dir, 'started.json'), 'utf8'));
      process.kill(started.supervisorPid, 'SIGSTOP');
    });
  };
  await optimize(study, parts, options({ nTrials: 1, onEvent }));
  const trials = await storage.getTrials(study.id);
  t.match(trials, [
    { state: 'fail', failure: { kind: 'crash', message: /^exit code 3.*\nlast words$/ } },
    { state: 'complete' },
  ]);
  for (const { id } of trials) t.match(await storage.listAttempts(id), [{ signal: null }]);
  await checkAfterFault(t, fixture);
});

t.test(
  'a suspended engine keeps its trials: a second one neither takes nor repeats them',
  { skip },
  async (t) => {
    const fixture = await search(t, { reports: 15, pauseMs: 100 });
    const { study, storage, dir } = fixture;
    const first = startEngineProcess({ engine, entry, dir }, { nTrials: 2, trialTimeoutMs: 60_000 });
    await first.sees('report');
    first.kill('SIGSTOP');
    const second = startEngineProcess({ engine, entry, dir }, { nTrials: 2 });
    t.equal(await second.ended, 0);
    t.same(
      second.events.flatMap((event) => (event.type === 'trial-started' ? [event.number] : [])),
      [1, 2],
    );
    t.match(await storage.getTrials(study.id), [
      { state: 'running' },
      { state: 'complete' },
      { state: 'complete' },
    ]);
    first.kill('SIGCONT');
    t.equal(await first.ended, 0);
    const trials = await storage.getTrials(study.id);
    t.equal(trials.length, 4);
    for (const { id, state, intermediateValues } of trials) {
      t.match([state, intermediateValues.size], ['complete', 15]);
      t.equal((await storage.listAttempts(id)).length, 1, 'run once');
    }
    await checkAfterFault(t, fixture);
  },
);
