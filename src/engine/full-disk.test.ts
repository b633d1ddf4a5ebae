import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import type { BoundStudy } from '../domain/study.ts';
import { openStorage } from '../storage/index.ts';
import { checkAfterFault } from '../testing/after-fault.ts';
import { compileTrial } from '../testing/compiled-trial.ts';
import { createProcessSearch } from '../testing/process-search.ts';
import { createSearch, scriptedSpec } from '../testing/search-fixture.ts';
import { mountTmpfs, needsTmpfs } from '../testing/tmpfs.ts';
import { exportBest, optimize } from './index.ts';

const skip = needsTmpfs();
const entry = compileTrial(t.testdir());

/** Leaves no byte on a file system. */
function fill(disk: string): void {
  execFileSync('sh', ['-c', 'dd if=/dev/zero of="$0/fill" bs=4k 2>/dev/null || true', disk]);
}

t.test('a database on a full disk makes the search wait, at a report and at the end', { skip }, async (t) => {
  const { parts, options } = await createSearch(t);
  const disk = mountTmpfs(t, '2m');
  const storage = await openStorage(join(disk, 'trials.db'), { create: true });
  t.teardown(() => storage.close());
  const spec = scriptedSpec({ reports: 5, pauseMs: 20 });
  const study = (await storage.createStudy({ name: 'full', spec })) as BoundStudy;
  const warnings: string[] = [];
  const onEvent = (event: SearchEvent): void => {
    // Full from the first report on, until somebody complains; and again before the end.
    if (event.type === 'report' && (event.step === 1 || event.step === 5)) fill(disk);
    if (event.type !== 'warning') return;
    warnings.push(event.message);
    rmSync(join(disk, 'fill'), { force: true });
  };
  const summary = await optimize(study, { ...parts, storage }, options({ nTrials: 2, onEvent }));
  t.match(summary, { nTrials: 2, states: { complete: 2, fail: 0, running: 0 } });
  t.match(warnings[0], /the disk is full\. Waiting for space\.$/);
  for (const { intermediateValues } of await storage.getTrials(study.id)) t.equal(intermediateValues.size, 5);
});

t.test('an export to a full disk leaves nothing, and what was there before', { skip }, async (t) => {
  const { study, storage, parts, options } = await createSearch(t);
  await optimize(study, parts, options({ nTrials: 1 }));
  const disk = mountTmpfs(t, '1m');
  const exporting = { runsDir: options().runsDir, dir: join(disk, 'best'), force: true };
  await exportBest(study, storage, exporting);
  const before = readdirSync(disk, { recursive: true });
  fill(disk);
  await t.rejects(exportBest(study, storage, exporting), {
    message: /^There is no room for the model in /,
    exitCode: 5,
    fix: /^free some space/,
  });
  t.same(
    readdirSync(disk, { recursive: true }).filter((name) => name !== 'fill'),
    before,
  );
});

const NEEDY_TRIALS = {
  'whose program says so': {
    model: 'command',
    settings: {
      command: [
        ...['sh', '-c'],
        `dd if=/dev/zero of="$HPO_OUTPUT_DIR/model" bs=1M count=30 || exit 9
         echo '::hpo {"final":true,"metrics":{"f1":0.5}}'`,
      ],
    },
  },
  'whose own writing fails': { settings: { modelBytes: 30 << 20 } },
};

for (const [name, spec] of Object.entries(NEEDY_TRIALS)) {
  t.test(`a trial ${name} that a disk is full is run again until it is not`, { skip }, async (t) => {
    const fixture = await createProcessSearch(t, entry, { spec });
    const { study, parts, options, storage } = fixture;
    const disk = mountTmpfs(t, '45m');
    // 25 MB are left: enough to start, too little to end.
    execFileSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=1M', 'count=20'], { stdio: 'ignore' });
    const again: string[] = [];
    const onEvent = (event: SearchEvent): void => {
      if (event.type !== 'warning') return;
      again.push(event.message);
      if (again.length === 2) rmSync(join(disk, 'fill'));
    };
    await optimize(study, parts, options({ nTrials: 1, runsDir: join(disk, 'runs'), onEvent }));
    const [trial] = await storage.getTrials(study.id);
    t.match(trial, { state: 'complete' });
    t.same(again, Array(2).fill('trial 0 is run again: no space was left on a disk'));
    const lost = { failure: { kind: 'lost' } };
    t.match(await storage.listAttempts(trial!.id), [lost, lost, { failure: null }]);
    await checkAfterFault(t, fixture);
  });
}

t.test('Ctrl-C ends a search that waits for space, and trials that do', { skip }, async (t) => {
  const { study, parts, options, storage } = await createProcessSearch(t, entry, {
    settings: { modelBytes: 30 << 20 },
  });
  const disk = mountTmpfs(t, '25m');
  const [drain, stop] = [new AbortController(), new AbortController()];
  const onEvent = ({ type }: SearchEvent): void => {
    if (type !== 'warning') return;
    (drain.signal.aborted ? stop : drain).abort();
  };
  const runsDir = join(disk, 'runs');
  const summary = await optimize(
    study,
    parts,
    options({ nTrials: 1, runsDir, onEvent, drain: drain.signal, stop: stop.signal }),
  );
  t.match(summary, { reason: 'stopped', states: { fail: 1, running: 0 } });
  t.match(await storage.getTrials(study.id), [{ failure: { kind: 'cancelled' } }]);
});
