import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { RunningTrial } from '../domain/ports.ts';
import { encodeRecord, thisHost, trialFolder } from '../protocol/index.ts';
import { createSearch, type SearchFixture } from '../testing/search-fixture.ts';
import { goneTrial } from './attempt.ts';
import { optimize } from './index.ts';
import { DIED_WITH_ENGINE } from './judge.ts';
import { Limits } from './limits.ts';

/** Above the greatest pid that Linux gives. */
const NOBODY = { ...thisHost(), pid: 4_194_305, pidStartTime: '1' };

/** A trial as a machine leaves it that died under engine and trial: started, leased, and nothing more. */
async function leaveOrphan(
  { study, storage, options }: SearchFixture,
  deathsBefore: number,
): Promise<number> {
  const { id, number } = await storage.claimTrial(study.id);
  await storage.setParams(id, { x: 0.5 }, { x: { type: 'float', low: 0, high: 1 } });
  const trialDir = trialFolder(options().runsDir, study.uuid, number);
  for (let attempt = 0; attempt <= deathsBefore; attempt++) {
    const dir = join(trialDir, String(attempt));
    const token = `token-${number}-${attempt}`;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dir, 'started.json'), encodeRecord({ ...NOBODY, token, supervisorPid: NOBODY.pid }));
    await storage.createAttempt({
      trialId: id,
      attempt,
      token,
      launcher: 'fake',
      host: 'here',
      gpu: null,
      dir,
    });
    if (attempt < deathsBefore)
      await storage.updateAttempt(id, attempt, {
        endedAt: 1,
        failure: { kind: 'lost', message: DIED_WITH_ENGINE },
      });
  }
  writeFileSync(join(trialDir, 'lease.0.json'), encodeRecord(NOBODY));
  return id;
}

t.test('a trial that died with its engine is run again, but not after a second time', async (t) => {
  const fixture = await createSearch(t);
  const once = await leaveOrphan(fixture, 0);
  const twice = await leaveOrphan(fixture, 1);
  const { study, parts, options, storage } = fixture;
  await optimize(study, parts, options({ nTrials: 1, retries: 9 }));
  const trials = await storage.getTrials(study.id);
  t.match(trials, [
    { state: 'complete' },
    { state: 'fail', failure: { kind: 'lost', message: DIED_WITH_ENGINE } },
  ]);
  t.match(await storage.listAttempts(once), [{ failure: { message: DIED_WITH_ENGINE } }, { failure: null }]);
  t.equal((await storage.listAttempts(twice)).length, 2, 'nothing was started');
});

t.test('what dead engines left and the budget has no room for is cancelled', async (t) => {
  const fixture = await createSearch(t);
  const { study, parts, options, storage } = fixture;
  for (const _ of [1, 2]) {
    const { number } = await storage.claimTrial(study.id);
    const trialDir = trialFolder(options().runsDir, study.uuid, number);
    mkdirSync(trialDir, { recursive: true });
    writeFileSync(join(trialDir, 'lease.0.json'), encodeRecord(NOBODY));
  }
  await optimize(study, parts, options({ nTrials: 1 }));
  t.match(await storage.getTrials(study.id), [
    { state: 'complete' },
    { state: 'fail', failure: { kind: 'cancelled', message: /budget/ } },
  ]);
});

t.test('a finite space ends the search when all of it has been tried', async (t) => {
  const space = {
    kind: { type: 'categorical', choices: ['a', 'b'] },
    x: { type: 'int', low: 1, high: 3, when: { kind: ['a'] } },
  } as const;
  const { study, parts, options, storage } = await createSearch(t, { spec: { space } });
  const summary = await optimize(study, parts, options({ nTrials: 50, jobs: 2 }));
  t.match(summary, { reason: 'exhausted', nTrials: 4 });
  const tried = (await storage.getTrials(study.id)).map(({ params }) => JSON.stringify(params));
  t.equal(new Set(tried).size, 4);
  await storage.enqueue(study.id, { kind: 'b' });
  t.match(await optimize(study, parts, options({ nTrials: 50 })), { reason: 'exhausted', nTrials: 1 });
});

t.test('time in which a trial is suspended is not its own', async (t) => {
  let isSuspended = true;
  const running: RunningTrial = {
    ...goneTrial({ token: '', dir: '' }),
    isSuspended: async () => isSuspended,
  };
  const attempt = {
    attempt: 0,
    token: '',
    dir: '',
    gpu: null,
    running,
    reportOffset: 0,
    ageMs: 0,
    isOrphan: false,
    loss: null,
  };
  const limits = new Limits({ trialTimeoutMs: 50, memoryLimitBytes: null }, attempt);
  for (let look = 0; look < 3; look++) {
    await sleep(60);
    t.equal(await limits.check(), null);
  }
  isSuspended = false;
  await sleep(60);
  t.match(await limits.check(), { reason: 'timeout' });
});
