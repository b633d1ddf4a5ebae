import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { SearchEvent } from '../domain/search-event.ts';
import type { BoundStudy } from '../domain/study.ts';
import { openStorage } from '../storage/index.ts';
import { createSearch, scriptedSpec } from '../testing/search-fixture.ts';
import { mountTmpfs, needsTmpfs } from '../testing/tmpfs.ts';
import { exportBest, optimize } from './index.ts';

const skip = needsTmpfs();

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
  await t.rejects(exportBest(study, storage, exporting), { message: /ENOSPC|no space|full/i });
  t.same(
    readdirSync(disk, { recursive: true }).filter((name) => name !== 'fill'),
    before,
  );
});
