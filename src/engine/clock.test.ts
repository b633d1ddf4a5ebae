import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkAfterFault } from '../testing/after-fault.ts';
import { compileEngine } from '../testing/compiled-trial.ts';
import { startEngineProcess } from '../testing/engine-process.ts';
import { createProcessSearch } from '../testing/process-search.ts';
import { optimize } from './index.ts';

const { engine, entry } = compileEngine(t.testdir());
const HOUR_MS = 3_600_000;

t.test('a clock that jumps an hour both ways changes nothing', { skip: skipWithoutFaketime() }, async (t) => {
  const given = { settings: { reports: 6, pauseMs: 150 } };
  const fixture = await createProcessSearch(t, entry, given);
  const { study, storage, parts, options, dir } = fixture;
  const clock = join(dir, 'clock');
  writeFileSync(clock, '+0\n');
  const env = {
    LD_PRELOAD: findLibrary()!,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  // An hour would be beyond both.
  const limits = { trialTimeoutMs: 60_000, timeoutMs: 600_000 };
  const search = startEngineProcess({ engine, entry, dir, env }, { nTrials: 4, ...limits });
  await search.sees('report', 2);
  writeFileSync(clock, '+3600\n');
  // Another engine, whose clock stands right, takes nothing from it.
  const other = optimize(study, parts, options({ nTrials: 1 }));
  await search.sees('report', 10);
  writeFileSync(clock, '-3600\n');
  t.match(await other, { nTrials: 1 });
  t.equal(await search.ended, 0);
  const trials = await storage.getTrials(study.id);
  t.match(search.summary(), { nTrials: 4, reason: 'n-trials', states: { complete: 5, fail: 0 } });
  t.same(
    trials.map(({ number }) => number),
    [0, 1, 2, 3, 4],
  );
  const starts: number[] = [];
  for (const trial of trials) {
    if (trial.state !== 'complete') continue;
    starts.push(trial.startedAt);
    t.ok(trial.completedAt >= trial.startedAt, `trial ${trial.number} does not end before it began`);
    t.equal(trial.intermediateValues.size, 6);
    t.equal((await storage.listAttempts(trial.id)).length, 1);
  }
  t.ok(Math.max(...starts) - Math.min(...starts) > 0.9 * HOUR_MS, 'the clock did jump');
  for (const event of search.events) if (event.type === 'trial-finished') t.ok(event.durationMs >= 0);
  await checkAfterFault(t, fixture);
});

function findLibrary(): string | undefined {
  const dirs = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime`)
    : [];
  return dirs.map((dir) => `${dir}/libfaketime.so.1`).find((path) => existsSync(path));
}

function skipWithoutFaketime(): string | false {
  if (findLibrary() !== undefined || process.env['HPO_REQUIRE_SERVICES'] === '1') return false;
  return 'no libfaketime here (Debian: faketime)';
}
