import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FailureLimitError } from '../domain/errors.ts';
import type { SearchEvent } from '../domain/search-event.ts';
import { metricsOf } from '../domain/trial.ts';
import { createPruner } from '../pruners/index.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { type OptimizeOptions, optimize } from './index.ts';

t.test('a search runs its trials and tells what happens, in order', async (t) => {
  const { study, parts, options, events, storage } = await createSearch(t);
  const summary = await optimize(study, parts, options({ nTrials: 2 }));
  t.match(summary, {
    study: 'scripted',
    nTrials: 2,
    reason: 'n-trials',
    states: { complete: 2, running: 0 },
  });
  const trials = await storage.getTrials(study.id);
  t.same(
    trials.map(({ state, number }) => [state, number]),
    [
      ['complete', 0],
      ['complete', 1],
    ],
  );
  const types = events.map(({ type }) => type).filter((type) => type !== 'new-best');
  const one = ['trial-started', 'report', 'report', 'report', 'trial-finished'];
  t.same(types, [...one, ...one, 'done']);
  t.equal(metricsOf(trials[0]!)['accuracy'], trials[0]!.params['x']);
  t.same([...trials[0]!.intermediateValues.keys()], [1, 2, 3]);
});

t.test('the same seed gives the same search, in one go or in two', async (t) => {
  const [whole, parted] = [await createSearch(t), await createSearch(t)];
  await optimize(whole.study, whole.parts, whole.options({ nTrials: 4 }));
  await optimize(parted.study, parted.parts, parted.options({ nTrials: 1 }));
  await optimize(parted.study, parted.parts, parted.options({ nTrials: 3 }));
  const xs = async ({ storage, study }: typeof whole) =>
    (await storage.getTrials(study.id)).map(({ params }) => params['x']);
  t.same(await xs(whole), await xs(parted));
  t.equal(new Set(await xs(whole)).size, 4);
});

t.test('failed trials are replaced', async (t) => {
  const { study, parts, options, storage } = await createSearch(t);
  await storage.enqueue(study.id, { x: 0.1, ending: 'fail-config' });
  const summary = await optimize(study, parts, options({ nTrials: 3 }));
  t.match(summary, { nTrials: 3, states: { complete: 3, fail: 1 } });
});

t.test('too many failures end the search with the commonest reason', async (t) => {
  const { study, parts, options } = await createSearch(t, { settings: { ending: 'nan' } });
  const failing = optimize(study, parts, options({ nTrials: 50, maxFailures: 4, jobs: 2 }));
  const error = await failing.catch((caught: unknown) => caught);
  t.ok(error instanceof FailureLimitError);
  t.match((error as FailureLimitError).details, [/^\d times: diverged: loss is NaN/]);
});

t.test(
  'a crash is tried again as a new attempt of the same trial, then fails with its last words',
  async (t) => {
    const { study, parts, options, storage } = await createSearch(t);
    await storage.enqueue(study.id, { x: 0.5, ending: 'exit-3' });
    await optimize(study, parts, options({ nTrials: 1, retries: 2 }));
    const [trial] = await storage.getTrials(study.id);
    t.match(trial, { state: 'fail', failure: { kind: 'crash', message: /^exit code 3/ } });
    t.equal((await storage.listAttempts(trial!.id)).length, 3);
  },
);

t.test('an exit with code 75 costs no retry', async (t) => {
  const { study, parts, options, storage } = await createSearch(t);
  await storage.enqueue(study.id, { x: 0.5, ending: 'exit-75' });
  const stop = new AbortController();
  const onEvent = () => {
    if (parts.launcher.requests.length === 3) stop.abort();
  };
  await optimize(study, parts, options({ retries: 0, onEvent, stop: stop.signal }));
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'fail', failure: { kind: 'cancelled' } });
  t.equal((await storage.listAttempts(trial!.id)).length, 3);
});

t.test('a pruned trial is stopped at the step where the pruner said so', async (t) => {
  const { study, parts, options, storage } = await createSearch(t, {
    settings: { reports: 6, pauseMs: 60 },
  });
  for (const x of [0.9, 0.8, 0.7, 0.1]) await storage.enqueue(study.id, { x });
  const pruner = createPruner({ name: 'median', options: { nStartupTrials: 3 } });
  const summary = await optimize(study, { ...parts, pruner }, options({ nTrials: 4 }));
  t.match(summary.states, { complete: 3, pruned: 1 });
  const trial = (await storage.getTrials(study.id))[3]!;
  t.equal(trial.state, 'pruned');
  t.ok(trial.intermediateValues.size < 6);
});

t.test('a configuration whose predicted memory passes the limit fails unstarted', async (t) => {
  const { study, parts, options, storage } = await createSearch(t);
  await storage.enqueue(study.id, { x: 0.5, bytes: 2 ** 40 });
  await optimize(study, parts, options({ nTrials: 1, memoryLimitBytes: 2 ** 30 }));
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'fail', failure: { kind: 'out-of-memory', message: /would need 1048576 MiB/ } });
  t.equal(parts.launcher.requests.length, 1, 'only the replacement was launched');
});

t.test('a trial that runs too long is stopped, politely at first', async (t) => {
  const { study, parts, options, storage } = await createSearch(t);
  for (const ending of ['hang', 'ignore-term']) await storage.enqueue(study.id, { x: 0.5, ending });
  await optimize(study, parts, options({ nTrials: 1, trialTimeoutMs: 300, graceMs: 1000 }));
  const [polite, stubborn] = await storage.getTrials(study.id);
  t.match(polite, { state: 'fail', failure: { kind: 'timeout', message: 'ran longer than 0.3 s' } });
  t.match(stubborn, { state: 'fail', failure: { kind: 'timeout' } });
  t.match((await storage.listAttempts(polite!.id))[0], { exitCode: 0 });
  t.match((await storage.listAttempts(stubborn!.id))[0], { signal: 'SIGKILL' });
});

t.test('draining finishes what runs and starts nothing', async (t) => {
  const { study, parts, options } = await createSearch(t, { settings: { pauseMs: 50 } });
  const drain = new AbortController();
  const summary = await optimize(
    study,
    parts,
    options({ nTrials: 10, jobs: 2, drain: drain.signal, onEvent: () => drain.abort() }),
  );
  t.match(summary, { reason: 'drained', states: { running: 0, fail: 0 } });
  t.ok(summary.nTrials >= 1 && summary.nTrials <= 2);
});

t.test('a wish to end that comes when all is done changes nothing', async (t) => {
  const { study, parts, options } = await createSearch(t, { settings: { pauseMs: 50 } });
  const search = (budget: Partial<OptimizeOptions>) => {
    const drain = new AbortController();
    return optimize(
      study,
      parts,
      options({
        ...budget,
        jobs: 1,
        drain: drain.signal,
        onEvent: ({ type }) => type === 'trial-finished' && drain.abort(),
      }),
    );
  };
  t.match(await search({ nTrials: 1 }), { reason: 'n-trials', nTrials: 1 });
  t.match(await search({ nTrials: null, totalTrials: 2 }), { reason: 'n-trials', nTrials: 1 });
  t.match(await search({ nTrials: 2 }), { reason: 'drained', nTrials: 1 });
});

t.test('stopping ends what runs and says so', async (t) => {
  const { study, parts, options, storage } = await createSearch(t, { settings: { ending: 'hang' } });
  const stop = new AbortController();
  const onEvent = () => stop.abort();
  const summary = await optimize(study, parts, options({ stop: stop.signal, onEvent }));
  t.match(summary, { reason: 'stopped', nTrials: 0, states: { fail: 1, running: 0 } });
  t.match((await storage.getTrials(study.id))[0], { failure: { kind: 'cancelled' } });
});

t.test('the time limit ends the search', async (t) => {
  const { study, parts, options } = await createSearch(t, { settings: { ending: 'hang' } });
  const summary = await optimize(study, parts, options({ timeoutMs: 300 }));
  t.match(summary, { reason: 'timeout', nTrials: 0 });
});

t.test('a total counts the trials that were there before', async (t) => {
  const { study, parts, options } = await createSearch(t);
  await optimize(study, parts, options({ nTrials: 2 }));
  const summary = await optimize(study, parts, options({ nTrials: null, totalTrials: 3 }));
  t.match(summary, { nTrials: 1, states: { complete: 3 } });
});

t.test('each device gets its share of the trials', async (t) => {
  const { study, parts, options } = await createSearch(t, { settings: { pauseMs: 100 } });
  await optimize(study, parts, options({ nTrials: 4, jobs: 2, gpus: ['0', '1'] }));
  const devices = parts.launcher.requests.map(({ env }) => env['CUDA_VISIBLE_DEVICES']);
  t.same(devices.sort(), ['0', '0', '1', '1']);
});

t.test('only the best models stay on disk', async (t) => {
  const { study, parts, options, storage, dir } = await createSearch(t);
  for (const x of [0.2, 0.9, 0.1, 0.8, 0.3]) await storage.enqueue(study.id, { x });
  await optimize(study, parts, options({ nTrials: 3, keepModels: 2 }));
  await optimize(study, parts, options({ nTrials: 2, keepModels: 2 }));
  t.same(readdirSync(join(dir, 'runs', study.uuid, '0')).sort(), ['1', '3']);
  t.same(readdirSync(join(dir, 'runs', study.uuid, '0', '1', '0')), ['model', 'request.json']);
});

t.test('more trials run at once as soon as there are more slots, fewer as trials end', async (t) => {
  const { study, parts, options, events } = await createSearch(t, { settings: { reports: 2, pauseMs: 100 } });
  let slots = 1;
  let running = 0;
  const seen = new Map<number, number>();
  const onEvent = (event: SearchEvent): void => {
    events.push(event);
    if (event.type === 'trial-started') running++;
    if (event.type === 'trial-finished') running--;
    seen.set(slots, Math.max(seen.get(slots) ?? 0, running));
    const finished = events.filter(({ type }) => type === 'trial-finished').length;
    if (finished === 2 && slots === 1) slots = 4;
    if (finished === 10) slots = 2;
  };
  const launcher = { ...parts.launcher, slots: async () => slots };
  const summary = await optimize(study, { ...parts, launcher }, options({ nTrials: 18, jobs: 1, onEvent }));
  t.match(summary, { nTrials: 18, reason: 'n-trials' });
  t.same([seen.get(1), seen.get(4)], [1, 4]);
  t.equal(running, 0);
  const started = events.slice(events.findLastIndex(({ type }) => type === 'trial-started'));
  t.equal(started.filter(({ type }) => type === 'trial-finished').length, 2, 'two ran at the end');
});

t.test('a slot that is added while all are taken is used before any trial ends', async (t) => {
  const { study, parts, options, events } = await createSearch(t, {
    settings: { reports: 3, pauseMs: 1000 },
  });
  let slots = 1;
  const onEvent = (event: SearchEvent): void => {
    events.push(event);
    if (event.type === 'trial-started') slots = 2;
  };
  const launcher = { ...parts.launcher, slots: async () => slots };
  await optimize(study, { ...parts, launcher }, options({ nTrials: 2, jobs: 1, onEvent }));
  const types = events.map(({ type }) => type).filter((type) => /^trial-/.test(type));
  t.same(types, ['trial-started', 'trial-started', 'trial-finished', 'trial-finished']);
});
