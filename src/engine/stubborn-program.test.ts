import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Pruner } from '../domain/ports.ts';
import type { Json } from '../domain/trial.ts';
import { processStartTime } from '../protocol/index.ts';
import { checkAfterFault, countCarriers } from '../testing/after-fault.ts';
import { compileEngine } from '../testing/compiled-trial.ts';
import { startEngineProcess } from '../testing/engine-process.ts';
import { createProcessSearch, stopAfterFirst } from '../testing/process-search.ts';
import { optimize } from './index.ts';

const { engine, entry } = compileEngine(t.testdir());
const skip = existsSync('/proc/self/environ') ? false : 'needs /proc';

/** Ignores SIGTERM, as do its children: one in a session of its own, one that has dropped its environment besides. */
const STUBBORN = `trap '' TERM INT HUP
setsid sh -c 'while :; do sleep 0.5; done' &
env -i "$(command -v setsid)" /bin/sh -c 'echo $$ > "$0"; while :; do sleep 0.5; done' "$1" &
while [ ! -s "$1" ]; do sleep 0.1; done
echo '::hpo {"step":1,"metrics":{"f1":0.1}}'
while :; do sleep 0.5; done
`;
/** What the trial after it runs. */
const TAME = `echo '::hpo {"final":true,"metrics":{"f1":0.5}}'\n`;

async function searchStubborn(t: Test) {
  const dir = t.testdir();
  const [script, hidden] = [join(dir, 'program.sh'), join(dir, 'hidden')];
  const command = ['sh', script, hidden] as Json;
  const fixture = await createProcessSearch(t, entry, { spec: { model: 'command', settings: { command } } });
  writeFileSync(script, STUBBORN);
  return { ...fixture, script, hidden };
}

/** Nothing of the first trial lives. @returns its failure */
async function checkGone(t: Test, fixture: Awaited<ReturnType<typeof searchStubborn>>) {
  const { storage, study, hidden, script } = fixture;
  const [trial] = await storage.getTrials(study.id);
  const [attempt, ...others] = await storage.listAttempts(trial!.id);
  t.same(others, []);
  t.equal(countCarriers(attempt!.token), 0, 'nobody carries its token');
  t.equal(processStartTime(Number(readFileSync(hidden, 'utf8'))), null, 'nor does one live that dropped it');
  writeFileSync(script, TAME);
  await checkAfterFault(t, fixture, { x: 0.5 });
  return trial;
}

t.test(
  'a program that heeds nothing is stopped by its timeout, with all its children',
  { skip },
  async (t) => {
    const fixture = await searchStubborn(t);
    const { study, parts, options } = fixture;
    await optimize(study, parts, options({ ...stopAfterFirst(), trialTimeoutMs: 4000, graceMs: 300 }));
    t.match(await checkGone(t, fixture), { state: 'fail', failure: { kind: 'timeout' } });
  },
);

t.test('and by a prune', { skip }, async (t) => {
  const fixture = await searchStubborn(t);
  const { study, parts, options } = fixture;
  const pruner: Pruner = { prune: () => true };
  await optimize(study, { ...parts, pruner }, options({ nTrials: 1, graceMs: 300 }));
  t.match(await checkGone(t, fixture), { state: 'pruned' });
});

t.test('and by the second Ctrl-C', { skip }, async (t) => {
  const fixture = await searchStubborn(t);
  const search = startEngineProcess({ engine, entry, dir: fixture.dir }, { nTrials: 1, graceMs: 300 });
  await search.sees('report');
  search.kill('SIGINT');
  await sleep(300);
  search.kill('SIGINT');
  t.equal(await search.ended, 0);
  t.match(await checkGone(t, fixture), { state: 'fail', failure: { kind: 'cancelled' } });
});
