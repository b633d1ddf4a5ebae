// One process of the storage benchmark: storage-worker.ts own|normal|full FILE START_MS SECONDS
import { setTimeout as sleep } from 'node:timers/promises';
import type { Distribution } from '../../src/domain/distribution.ts';
import type { Storage } from '../../src/domain/ports.ts';
import type { Study } from '../../src/domain/study.ts';
import { openStorage } from '../../src/storage/index.ts';
import { completed, testAttempt, testSpec } from '../../src/testing/storage/fixtures.ts';

const [durability, file, start, seconds] = process.argv.slice(2) as [string, string, string, string];
const storage = await openStorage(file, {
  create: true,
  ...(durability !== 'own' && { durability: durability as 'normal' | 'full' }),
});
const study = await createOrLoad(storage);
const names = Array.from({ length: 10 }, (_, i) => `p${i}`);
const params = Object.fromEntries(names.map((name, i) => [name, i / 10]));
const unit: Distribution = { type: 'float', low: 0, high: 1 };
const distributions = Object.fromEntries(names.map((name) => [name, unit]));
const trialMs: number[] = [];
const callMs: number[] = [];

await sleep(Number(start) - Date.now());
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  const before = performance.now();
  await runOne();
  trialMs.push(performance.now() - before);
}
await storage.close();
process.stdout.write(JSON.stringify({ trialMs, callMs }));

async function runOne(): Promise<void> {
  const { id } = await timed(storage.claimTrial(study.id));
  await timed(storage.setParams(id, params, distributions));
  const attempt = { ...testAttempt(id), token: `${process.pid}-${id}` };
  await timed(storage.createAttempt(attempt));
  for (let step = 0; step < 10; step++) {
    const metrics = { 'f0.5': step / 10, f1: step / 10, precision: 0.5, recall: 0.5 };
    await timed(storage.recordReports(id, attempt.token, [{ step, value: step / 10, metrics }]));
  }
  if (!(await timed(storage.finishTrial(id, attempt.token, completed(0.9)))))
    throw new Error('a trial was lost');
}

async function timed<T>(call: Promise<T>): Promise<T> {
  const before = performance.now();
  const result = await call;
  callMs.push(performance.now() - before);
  return result;
}

async function createOrLoad(storage: Storage): Promise<Study> {
  try {
    return await storage.createStudy({ name: 'bench', spec: testSpec() });
  } catch {
    return await storage.loadStudy('bench');
  }
}
