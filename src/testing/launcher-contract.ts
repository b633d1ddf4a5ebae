import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { AttemptRecord, Launcher, RunningTrial } from '../domain/ports.ts';
import type { Json } from '../domain/trial.ts';
import {
  ATTEMPT_FILES,
  type AttemptExit,
  type AttemptRequest,
  type AttemptResult,
  type AttemptStarted,
  createAttemptFolder,
  readRecord,
  readReports,
  writeControl,
  writeRequest,
} from '../protocol/index.ts';

/** What every launcher promises. Its trials must run the scripted model. */
export async function testLauncher(t: Test, createLauncher: () => Launcher): Promise<void> {
  const launcher = createLauncher();
  const launch = async (settings: Record<string, Json>): Promise<RunningTrial> => {
    const dir = await prepareAttempt(t, settings);
    const request = { trialNumber: 7, token: 'token-7', dir, env: {}, gpu: null };
    return (await launcher.launch([request]))[0]!;
  };

  await t.test('an attempt leaves its facts, reports and result in its folder', async (t) => {
    const trial = await launch({ reports: 3 });
    const started = await readRecord<AttemptStarted>(trial.dir, ATTEMPT_FILES.started);
    t.match(started, { token: 'token-7', pid: trial.pid });
    t.match(await ended(trial), { token: 'token-7', exitCode: 0, signal: null });
    const { reports, badLines } = await readReports(trial.dir);
    t.same([reports.map(({ step }) => step), badLines], [[1, 2, 3], 0]);
    const result = await readRecord<AttemptResult>(trial.dir, ATTEMPT_FILES.result);
    t.match(result, { token: 'token-7', state: 'complete', artifact: { path: 'model/model.bin', bytes: 6 } });
    t.equal(await trial.isAlive(), false);
  });

  await t.test('an exit code is kept', async (t) => {
    t.match(await ended(await launch({ ending: 'exit-3' })), { exitCode: 3, signal: null });
  });

  await t.test('a signal is kept', async (t) => {
    t.match(await ended(await launch({ ending: 'kill-self' })), { exitCode: null, signal: 'SIGKILL' });
  });

  await t.test('a running trial has memory, and stops when its control file says so', async (t) => {
    const trial = await launch({ ending: 'hang' });
    t.ok(await trial.isAlive());
    t.ok((await trial.memoryBytes()) > 0);
    await writeControl(trial.dir, { stop: 'pruned' });
    await ended(trial);
    t.match(await readRecord(trial.dir, ATTEMPT_FILES.result), { state: 'stopped' });
  });

  await t.test('a trial that will not stop is killed', async (t) => {
    const trial = await launch({ reports: 1, ending: 'ignore-term' });
    while ((await readReports(trial.dir)).offset === 0) await sleep(10);
    await trial.signal('SIGTERM');
    await sleep(100);
    t.ok(await trial.isAlive());
    await trial.signal('SIGKILL');
    t.match(await ended(trial), { signal: 'SIGKILL' });
  });

  await t.test('a live attempt is adopted, a gone one is not', async (t) => {
    const trial = await launch({ ending: 'hang' });
    const attempt = { token: trial.token, dir: trial.dir, launcher: launcher.name } as AttemptRecord;
    const adopted = await launcher.adopt(attempt);
    t.match(adopted, { pid: trial.pid, token: trial.token });
    await adopted!.signal('SIGKILL');
    await ended(trial);
    t.equal(await launcher.adopt(attempt), null);
  });
}

async function prepareAttempt(t: Test, settings: Record<string, Json>): Promise<string> {
  const { dir, attempt } = await createAttemptFolder(t.testdir());
  const request: AttemptRequest = {
    version: 1,
    study: 'contract',
    trial: 7,
    attempt,
    token: 'token-7',
    model: 'scripted',
    params: { x: 0.5 },
    settings,
    data: null,
    objectives: [{ metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null }],
    seed: 1,
    studySeed: 1,
    threads: 1,
    cacheDir: null,
    keepAbove: null,
  };
  await writeRequest(dir, request);
  return dir;
}

/** The attempt's exit record, once it is there. */
async function ended(trial: RunningTrial): Promise<AttemptExit> {
  for (;;) {
    const exit = await readRecord<AttemptExit>(trial.dir, ATTEMPT_FILES.exit);
    if (exit !== null && !(await trial.isAlive())) return exit;
    await sleep(10);
  }
}
