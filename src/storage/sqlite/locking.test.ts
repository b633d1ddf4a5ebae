import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { completed, openFor, startTrial, testSpec } from '../../testing/storage/fixtures.ts';
import { startWorker } from '../../testing/storage/processes.ts';
import { openStorage } from '../index.ts';

t.setTimeout(300_000);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Another program that takes SQLite's write lock and keeps it. */
const HOLDER = `
const db = require('better-sqlite3')(process.argv[1]);
db.exec('BEGIN IMMEDIATE');
db.prepare("INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (1, 'from', '1')").run();
console.log('locked');
setTimeout(() => { db.exec('COMMIT'); db.close(); }, Number(process.argv[2]));
`;

async function holdLock(file: string, ms: number): Promise<ChildProcess> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, ['-e', HOLDER, file, String(ms)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function openStudy(
  t: Test,
  lockTimeoutMs?: number,
): Promise<{ file: string; storage: Storage; study: Study }> {
  const file = join(t.testdir(), 'trials.db');
  const storage = await openFor(t, () =>
    openStorage(file, { create: true, ...(lockTimeoutMs && { lockTimeoutMs }) }),
  );
  return { file, storage, study: await storage.createStudy({ name: 's', spec: testSpec() }) };
}

t.test("another program's lock of 2 s is waited for, while reading and the event loop go on", async (t) => {
  const { file, storage, study } = await openStudy(t);
  const holder = await holdLock(file, 2000);
  const closed = once(holder, 'close');
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  const claims = Promise.all([storage.claimTrial(study.id), storage.claimTrial(study.id)]);
  const first = await Promise.race([
    claims.then(() => 'claims'),
    storage.getTrials(study.id).then(() => 'trials'),
  ]);
  t.equal(first, 'trials', 'readers are not kept waiting');
  await claims;
  clearInterval(timer);
  await closed;
  t.ok(ticks >= 10, `the event loop ran ${ticks} times meanwhile`);
  t.equal((await storage.getTrials(study.id)).length, 2);
  t.same((await storage.loadStudy('s')).userAttrs, { from: 1 });
});

t.test('a lock that outlasts the patience is an error that names its holder', async (t) => {
  const { file, storage, study } = await openStudy(t, 200);
  const holder = await holdLock(file, 60_000);
  const error = await storage.claimTrial(study.id).catch((error: unknown) => error);
  t.match(error, { name: 'StorageError', exitCode: 5, message: /has been locked for/, fix: String });
  if (process.platform === 'linux') {
    t.match((error as { details: string[] }).details.join(), new RegExp(`process ${holder.pid} \\(.*node`));
  }
  holder.kill('SIGKILL');
  await once(holder, 'close');
  t.equal((await storage.claimTrial(study.id)).number, 0, 'the storage goes on');
});

t.test('a writer that is killed at any moment leaves a whole database with all it told', async (t) => {
  const { file, storage, study } = await openStudy(t);
  for (const lifeMs of [30, 75, 140]) {
    const { child, result } = startWorker('write-forever', file, 's');
    const told: number[] = [];
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => told.push(Number(line)));
    await Promise.race([once(lines, 'line'), result]);
    await sleep(lifeMs);
    child.kill('SIGKILL');
    await result;
    const db = new Database(file);
    t.same(db.pragma('integrity_check', { simple: true }), 'ok');
    t.same(db.pragma('foreign_key_check'), []);
    db.close();
    const trials = await storage.getTrials(study.id);
    t.same(
      trials.map(({ number }) => number),
      trials.map((_, i) => i),
    );
    t.ok(
      told.every((number) => trials[number]?.state === 'complete'),
      `${told.length} trials`,
    );
    const next = await startTrial(storage, study.id);
    t.equal(await storage.finishTrial(next.id, next.token, completed(1)), true, 'and the search goes on');
  }
});
