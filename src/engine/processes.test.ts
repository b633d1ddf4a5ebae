import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Launcher } from '../domain/ports.ts';
import type { SearchEvent } from '../domain/search-event.ts';
import { createPruner } from '../pruners/index.ts';
import { compileTrial } from '../testing/compiled-trial.ts';
import { createProcessSearch, stopAfterFirst } from '../testing/process-search.ts';
import { mountTmpfs, needsTmpfs } from '../testing/tmpfs.ts';
import { optimize } from './index.ts';

const entry = compileTrial(t.testdir());

const search = (t: Test, given?: Parameters<typeof createProcessSearch>[2]) =>
  createProcessSearch(t, entry, given);

t.test('trials in processes: complete, pruned, failed, each with its facts', async (t) => {
  const { study, parts, options, storage } = await search(t, { settings: { reports: 4 } });
  for (const x of [0.9, 0.8]) await storage.enqueue(study.id, { x });
  await storage.enqueue(study.id, { x: 0.1, pauseMs: 300, reports: 10 });
  await storage.enqueue(study.id, { x: 0.5, ending: 'exit-3' });
  const pruner = createPruner({ name: 'median', options: { nStartupTrials: 2 } });
  const summary = await optimize(study, { ...parts, pruner }, options({ nTrials: 3, jobs: 2 }));
  t.match(summary.states, { complete: 2, pruned: 1, running: 0 });
  const trials = await storage.getTrials(study.id);
  t.ok(trials[2]!.intermediateValues.size < 10, 'the pruned one was stopped in mid-run');
  const crashed = await optimize(study, parts, options({ nTrials: 1 })).then(() =>
    storage.getTrials(study.id),
  );
  t.match(crashed[3], { state: 'fail', failure: { kind: 'crash', message: /^exit code 3.*\nlast words$/ } });
  const [attempt] = await storage.listAttempts(trials[0]!.id);
  t.match(attempt, { exitCode: 0, launcher: 'process', failure: null });
  t.ok(attempt!.pid! > 0 && attempt!.pidStartTime !== null && attempt!.bootId !== null);
});

t.test('a trial that eats memory is ended', { skip: needsProc() }, async (t) => {
  const { study, parts, options, storage } = await search(t);
  await storage.enqueue(study.id, { x: 0.5, ending: 'hog' });
  const onEvent = stopAfterFirst();
  await optimize(study, parts, options({ ...onEvent, memoryLimitBytes: 600 << 20 }));
  t.match((await storage.getTrials(study.id))[0], {
    state: 'fail',
    failure: { kind: 'out-of-memory', message: /^used \d+ MiB of 600 MiB/ },
  });
});

t.test('a child that left the process group is ended with its trial', { skip: needsProc() }, async (t) => {
  const { study, parts, options, storage } = await search(t, { settings: { ending: 'escape' } });
  await optimize(study, parts, options({ ...stopAfterFirst(), trialTimeoutMs: 1500, graceMs: 100 }));
  const [trial] = await storage.getTrials(study.id);
  t.match(trial, { state: 'fail', failure: { kind: 'timeout' } });
  const { token } = (await storage.listAttempts(trial!.id))[0]!;
  const carriers = execFileSync('sh', ['-c', `grep -lsa ${token} /proc/[0-9]*/environ | wc -l`], {
    encoding: 'utf8',
  });
  t.equal(carriers.trim(), '0');
});

t.test('devices reach the trial through its environment', async (t) => {
  const { study, parts, options, storage } = await search(t, { settings: { ending: 'hang' } });
  let environment = '';
  const stop = new AbortController();
  const onEvent = (event: SearchEvent): void => {
    if (event.type !== 'trial-started') return;
    // Empty for the moment in which the process becomes another program.
    while (needsProc() === false && environment === '')
      environment = readFileSync(`/proc/${event.pid}/environ`, 'utf8');
    stop.abort();
  };
  await optimize(study, parts, options({ nTrials: 1, gpus: ['3'], onEvent, stop: stop.signal }));
  t.match((await storage.listAttempts((await storage.getTrials(study.id))[0]!.id))[0], { gpu: '3' });
  if (needsProc() === false) t.ok(environment.split('\0').includes('CUDA_VISIBLE_DEVICES=3'));
});

t.test('garbage and a torn line in the report file harm nothing', async (t) => {
  const given = { settings: { reports: 4, pauseMs: 400 } };
  const { study, parts, options, storage, events } = await search(t, given);
  const onEvent = (event: SearchEvent): void => {
    events.push(event);
    if (event.type !== 'report' || event.step !== 1) return;
    // Between two reports of the trial: a line of something else, bytes that are no text, half a report.
    appendFileSync(reportFile(), Buffer.from('what?\n\xff\xfe\0\n{"step":"two"}\n{"step":3,"met', 'latin1'));
  };
  let reportFile = (): string => '';
  const watched: Launcher = {
    ...parts.launcher,
    launch: async (requests) => {
      reportFile = () => join(requests[0]!.dir, 'report.ndjson');
      return parts.launcher.launch(requests);
    },
  };
  await optimize(study, { ...parts, launcher: watched }, options({ nTrials: 1, onEvent }));
  const [trial] = await storage.getTrials(study.id);
  t.equal(trial!.state, 'complete');
  t.same(
    [...trial!.intermediateValues.keys()],
    [1, 3, 4],
    'the line that continued the torn one is lost, no other',
  );
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ message: 'trial 0: 4 lines of report.ndjson were no reports' }],
  );
});

t.test('a full disk pauses the asking and fails no trial', { skip: needsTmpfs() }, async (t) => {
  const { study, parts, options, events } = await search(t);
  const disk = mountTmpfs(t, '20m');
  execFileSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=1M', 'count=18'], { stdio: 'ignore' });
  const onEvent = (event: SearchEvent): void => {
    events.push(event);
    if (event.type === 'warning') rmSync(`${disk}/fill`, { force: true });
  };
  const summary = await optimize(study, parts, options({ nTrials: 1, runsDir: join(disk, 'runs'), onEvent }));
  t.match(summary, { nTrials: 1, states: { fail: 0 } });
  t.match(events[0], { type: 'warning', message: /no space left/ });
});

function needsProc(): string | false {
  return existsSync('/proc/self/environ') ? false : 'needs /proc';
}
