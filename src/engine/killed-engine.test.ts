import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import { isFinished } from '../domain/trial.ts';
import { compileEngine } from '../testing/compiled-trial.ts';
import { startEngineProcess } from '../testing/engine-process.ts';
import { createProcessSearch } from '../testing/process-search.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { optimize } from './index.ts';

const { engine, entry } = compileEngine(t.testdir());
const startEngine = (dir: string, options: object) => startEngineProcess({ engine, entry, dir }, options);

const search = (t: Test, given?: Parameters<typeof createProcessSearch>[2]) =>
  createProcessSearch(t, entry, given);

t.test('an engine that was killed loses no trial: the next one adopts it', async (t) => {
  const given = { settings: { reports: 30, pauseMs: 80 } };
  const { study, parts, options, storage, dir } = await search(t, given);
  const first = startEngine(dir, { nTrials: 5 });
  await first.sees('report');
  first.kill('SIGKILL');
  await first.ended;
  const { pid } = (await storage.listOpenAttempts(study.id))[0]!;
  t.ok(isAlive(pid!), 'the trial runs on');
  const events: SearchEvent[] = [];
  const onEvent = (event: SearchEvent): void => void events.push(event);
  await optimize(study, parts, options({ nTrials: 1, onEvent }));
  t.match(events[0], { type: 'trial-started', number: 0, attempt: 0, pid });
  const [trial, ...others] = await storage.getTrials(study.id);
  t.match(trial, { state: 'complete' });
  t.equal(trial!.intermediateValues.size, 30, 'no report is lost');
  t.same(others, []);
  t.match(await storage.listAttempts(trial!.id), [{ attempt: 0, exitCode: 0 }]);
});

t.test('a trial that died with its engine is run again', async (t) => {
  const { study, parts, options, storage, dir } = await search(t, { settings: { reports: 3, pauseMs: 200 } });
  const first = startEngine(dir, { nTrials: 5 });
  await first.sees('report');
  const { pid } = (await storage.listOpenAttempts(study.id))[0]!;
  first.kill('SIGKILL');
  process.kill(-pid!, 'SIGKILL');
  await first.ended;
  await optimize(study, parts, options({ nTrials: 1, retries: 1 }));
  const [trial, ...others] = await storage.getTrials(study.id);
  t.match([trial!.state, others], ['complete', []]);
  t.match(await storage.listAttempts(trial!.id), [{ signal: 'SIGKILL' }, { exitCode: 0 }]);
});

t.test('a trial of folds that died with its engine goes on after its last whole fold', async (t) => {
  const settings = { reports: 2, pauseMs: 250, words: 'a training ends' };
  const { study, parts, options, storage, dir } = await search(t, { settings, spec: { folds: 3 } });
  const first = startEngine(dir, { nTrials: 1 });
  await first.sees('report');
  const { pid, dir: attemptDir } = (await storage.listOpenAttempts(study.id))[0]!;
  first.kill('SIGKILL');
  process.kill(-pid!, 'SIGKILL');
  await first.ended;
  await optimize(study, parts, options({ nTrials: 1, retries: 1 }));
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'complete' });
  t.same([...trial!.intermediateValues.keys()], [1, 2, 3]);
  t.match(trial!.systemAttrs, {
    'hpo:details': { resampling: { by: 'folds', values: [Number, Number, Number] } },
  });
  const log = readFileSync(join(dirname(attemptDir), '1', 'log.txt'), 'utf8');
  // Two folds were left, and the model to keep is trained on everything.
  t.equal(log.match(/a training ends/g)?.length, 3);
});

t.test('an engine killed while it confirms: the next one follows on, and trains nothing twice', async (t) => {
  const settings = { reports: 1, pauseMs: 300, noise: 0.5 };
  const { study, parts, options, storage, dir } = await search(t, { settings });
  const first = startEngine(dir, { nTrials: 3, confirm: 2 });
  await first.sees('confirm-report');
  first.kill('SIGKILL');
  await first.ended;
  const { pid } = first.events.find((event) => event.type === 'confirm-started')!;
  t.ok(isAlive(pid!), 'the training runs on');
  const events: SearchEvent[] = [];
  const onEvent = (event: SearchEvent): void => void events.push(event);
  const { confirmation } = await optimize(study, parts, options({ nTrials: 0, confirm: 2, onEvent }));
  t.equal(confirmation!.candidates.length, 2);
  const started = events.filter((event) => event.type === 'confirm-started');
  t.match(started, [{ pid, attempt: 0 }, { attempt: 0 }]);
  t.match(await storage.loadStudy(study.name), { systemAttrs: { 'hpo:confirmation': { picked: Number } } });
  const trials = await storage.getTrials(study.id);
  t.equal(trials.length, 3);
  for (const { id } of trials) t.equal((await storage.listAttempts(id)).length, 1);
});

t.test('a confirmation that died with its engine goes on after its last whole training', async (t) => {
  const settings = { reports: 1, pauseMs: 300, words: 'a training ends' };
  const { study, parts, options, dir } = await search(t, { settings });
  const first = startEngine(dir, { nTrials: 1, confirm: 1 });
  await first.sees('confirm-report');
  const { pid } = first.events.find((event) => event.type === 'confirm-started')!;
  first.kill('SIGKILL');
  process.kill(-pid!, 'SIGKILL');
  await first.ended;
  let reports = 0;
  let log = '';
  const onEvent = (event: SearchEvent): void => {
    if (event.type === 'confirm-report') reports++;
    const path = join(dir, 'runs', study.uuid, 'confirm', '0', '1', 'log.txt');
    if (event.type === 'confirm-report' && event.step === 5) log = readFileSync(path, 'utf8');
  };
  const { confirmation } = await optimize(
    study,
    parts,
    options({ nTrials: 0, confirm: 1, retries: 1, onEvent }),
  );
  t.equal(confirmation!.candidates[0]!.scores.values.length, 5);
  t.ok(reports >= 5);
  const repeated = log.match(/a training ends/g)?.length ?? 0;
  t.ok(repeated >= 1 && repeated <= 4, `${repeated} of five trained in the second attempt`);
});

t.test('a search that was killed and resumed is the search that was not', async (t) => {
  const given = {
    settings: { reports: 2, pauseMs: 30 },
    spec: {
      sampler: { name: 'auto', options: {} },
      space: {
        x: { type: 'float', low: 0, high: 1 },
        kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
        rate: { type: 'float', low: 1e-4, high: 1, log: true, when: { kind: ['b', 'c'] } },
      },
    },
  } as const;
  const pointsOf = async ({ storage, study }: Awaited<ReturnType<typeof createSearch>>) =>
    (await storage.getTrials(study.id)).map(({ params, state }) => ({ params, state }));
  const twenty = { nTrials: null, totalTrials: 20, retries: 1 };
  const whole = await createSearch(t, given);
  await startEngineProcess({ engine, entry: 'fake', dir: whole.dir }, twenty).ended;
  const killed = await createSearch(t, given);
  for (const finished of [3, 4]) {
    const running = startEngineProcess({ engine, entry: 'fake', dir: killed.dir }, twenty);
    // A kill may come late where the machine is busy: never after more than twenty.
    await Promise.race([running.sees('trial-finished', finished), running.ended]);
    running.kill('SIGKILL');
    await running.ended;
  }
  await startEngineProcess({ engine, entry: 'fake', dir: killed.dir }, twenty).ended;
  t.same(await pointsOf(killed), await pointsOf(whole));
  t.equal((await pointsOf(whole)).length, 20);
});

t.test('two engines share a study without running a trial twice', async (t) => {
  const { study, storage, dir } = await search(t);
  const engines = [1, 2].map(() => startEngine(dir, { nTrials: null, totalTrials: 6 }));
  await Promise.all(engines.map(({ ended }) => ended));
  const trials = await storage.getTrials(study.id);
  t.ok(trials.every(isFinished));
  t.ok(trials.length >= 6 && trials.length <= 7, `${trials.length} trials`);
  for (const { id } of trials) t.equal((await storage.listAttempts(id)).length, 1);
  const started = engines.flatMap(({ events }) => events.filter(({ type }) => type === 'trial-started'));
  t.equal(started.length, trials.length);
});

t.test('Ctrl-C once finishes what runs; twice stops it', async (t) => {
  const once = await search(t, { settings: { reports: 3, pauseMs: 300 } });
  const draining = startEngine(once.dir, { nTrials: 9 });
  await draining.sees('report');
  draining.kill('SIGINT');
  t.equal(await draining.ended, 0);
  t.match(draining.summary(), { reason: 'drained', nTrials: 1, states: { complete: 1, running: 0 } });

  const twice = await createSearch(t, { settings: { ending: 'hang' } });
  const stopping = startEngine(twice.dir, { nTrials: 9 });
  await stopping.sees('report');
  stopping.kill('SIGINT');
  await sleep(300);
  stopping.kill('SIGINT');
  t.equal(await stopping.ended, 0);
  t.match(stopping.summary(), { reason: 'stopped', nTrials: 0, states: { fail: 1, running: 0 } });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
