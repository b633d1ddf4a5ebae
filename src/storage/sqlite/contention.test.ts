import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import t from 'tap';
import { compileCrowd } from '../../testing/compiled-trial.ts';
import { runCrowd } from '../../testing/contention/crowd.ts';
import { openFor, runTrial, testSpec } from '../../testing/storage/fixtures.ts';
import { openStorage } from '../index.ts';
import { LogFile } from './log-file.ts';

t.setTimeout(300_000);

// Inside this package, where the compiled programs find its packages; t.testdir() is emptied too early for that.
const dir = mkdtempSync(join(fileURLToPath(new URL('../../../node_modules/', import.meta.url)), '.crowd-'));
t.teardown(() => rmSync(dir, { recursive: true, force: true }));

t.test('a crowd that opens and writes one new database at once loses and doubles nothing', async (t) => {
  const programs = compileCrowd(join(dir, 'compiled'));
  const crowd = { programs, file: join(dir, 'crowd.db'), writers: 16, openers: 8, trials: 6 };
  const { faults, maxWaitMs, maxLogBytes, blocks } = await runCrowd(crowd);
  t.same(faults, []);
  t.ok(maxLogBytes < 64 << 20);
  t.comment(`longest wait ${maxWaitMs.toFixed(0)} ms, event loop held up ${blocks.ownMs.toFixed(0)} ms`);
});

t.test('the log is folded while a search goes on, so that it stays short', async (t) => {
  const file = join(t.testdir(), 'trials.db');
  const storage = await openFor(t, () => openStorage(file, { create: true }));
  const { id } = await storage.createStudy({ name: 's', spec: testSpec() });
  // 50 pages a trial: 30 MB through a log that is folded at 16 MB.
  const sizes: boolean[] = [];
  const log = new LogFile(file);
  t.teardown(() => log.close());
  for (let i = 0; i < 150; i++) {
    await storage.setStudyAttr(id, 'user', 'note', String(i % 10).repeat(200_000));
    await runTrial(storage, id, i);
    sizes.push(await log.reaches(4000));
  }
  t.ok(sizes.includes(true), 'it grew beyond its mark');
  for (let i = 0; sizes.at(-1) && i < 400; i++) {
    await runTrial(storage, id, i);
    sizes.push(await log.reaches(4000));
  }
  t.equal(sizes.at(-1), false, 'and began anew');
  await storage.close();
  const db = new Database(file, { readonly: true });
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  t.match(db.prepare('SELECT COUNT(*) AS n FROM trials').get(), { n: sizes.length });
  db.close();
});

t.test('whoever closes while another writes leaves the long log to the last one', async (t) => {
  const file = join(t.testdir(), 'trials.db');
  const [first, last] = await Promise.all(
    [1, 2].map(() => openFor(t, () => openStorage(file, { create: true }))),
  );
  const { id } = await first!.createStudy({ name: 's', spec: testSpec() });
  for (let i = 0; i < 10; i++) await first!.setStudyAttr(id, 'user', `note ${i}`, 'x'.repeat(200_000));
  const log = new LogFile(file);
  t.teardown(() => log.close());
  t.equal(await log.reaches(400), true, 'it is long');
  let isClosed = false;
  const closing = first!.close().finally(() => {
    isClosed = true;
  });
  while (!isClosed) {
    await last!.addEvent(id, null, 'warning', {});
    await sleep(1);
  }
  await closing;
  t.equal(await log.reaches(400), true, 'and is left so');
  await last!.close();
  t.equal(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0, 0, 'the last one folds it');
  const db = new Database(file, { readonly: true });
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
});
