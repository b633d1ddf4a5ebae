import type { Distribution } from '../../domain/distribution.ts';
import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { openStorage } from '../../storage/index.ts';
import { completed, testAttempt, testSpec } from '../storage/fixtures.ts';

// One process of the storage benchmark: throughput.ts own|normal|full URL SECONDS. Opens the storage, says "ready", waits
// for a line on stdin, runs whole trials for so long, and prints how long each trial and each call of the storage took.
const [durability, url, seconds] = process.argv.slice(2) as [string, string, string];
const storage = await openStorage(url, {
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

process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  const before = performance.now();
  await runOne();
  trialMs.push(performance.now() - before);
}
await storage.close();
process.stdout.write(`${JSON.stringify({ trialMs, callMs })}\n`);

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
