import { openStorage } from '../../storage/index.ts';
// Loaded before the start, not by whoever opens first.
import '../../storage/sqlite/open.ts';
import { completed, testAttempt, testSpec } from '../storage/fixtures.ts';
import { watchLoop } from './loop-watch.ts';

// One process of a crowd on one database: writer.ts URL TRIALS. Says "ready", waits for a line on stdin, opens the database
// (perhaps the first to do so), runs that many trials as an engine does, and prints what it met as JSON, as soon as it is done.
const [url, count] = process.argv.slice(2) as [string, string];
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();

const stopWatching = watchLoop();
let maxWaitMs = 0;
const begun = performance.now();

const storage = await timed(openStorage(url, { create: true }));
const openMs = performance.now() - begun;
const study = await timed(createOrLoad());
const ran: { readonly number: number; readonly value: number }[] = [];
for (let i = 0; i < Number(count); i++) ran.push(await runOne(i));
await timed(storage.setStudyAttr(study.id, 'user', `writer-${process.pid}`, ran.length));
await storage.close();
process.stdout.write(`${JSON.stringify({ ran, maxWaitMs, openMs, blocks: stopWatching() })}\n`);

async function runOne(i: number): Promise<{ number: number; value: number }> {
  const { id, number } = await timed(storage.claimTrial(study.id));
  const token = `${process.pid}-${i}`;
  const params = { lr: 0.01 + i / 1000, dim: 8 + i };
  await timed(storage.setParams(id, params, testSpec().space));
  await timed(storage.createAttempt({ ...testAttempt(id), token }));
  for (let step = 0; step < 5; step++)
    await timed(storage.recordReports(id, token, [{ step, value: step, metrics: { f1: step } }]));
  const value = process.pid + i / 1000;
  if (!(await timed(storage.finishTrial(id, token, completed(value)))))
    throw new Error(`trial ${number} was taken away`);
  return { number, value };
}

async function createOrLoad() {
  try {
    return await storage.createStudy({ name: 'crowd', spec: testSpec() });
  } catch {
    return await storage.loadStudy('crowd');
  }
}

async function timed<T>(call: Promise<T>): Promise<T> {
  const before = performance.now();
  const result = await call;
  maxWaitMs = Math.max(maxWaitMs, performance.now() - before);
  return result;
}
