import { appendFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  assertInside,
  createAttemptFolder,
  hashPath,
  isProvenGone,
  ReportReader,
  readLease,
  readRecord,
  takeLease,
  takeOverLease,
  thisProcess,
  writeRecord,
} from './index.ts';

t.test('attempt folders are made exclusively, the next number for the next one', async (t) => {
  const dir = t.testdir();
  const made = await Promise.all([1, 2, 3].map(() => createAttemptFolder(join(dir, '7'))));
  t.same(made.map(({ attempt }) => attempt).sort(), [0, 1, 2]);
});

t.test('records keep NaN and infinities, and drop __proto__', async (t) => {
  const dir = t.testdir({ 'bad.json': '{"a":', 'evil.json': '{"__proto__":{"x":1},"a":1}' });
  await writeRecord(dir, 'a.json', { loss: Number.NaN, best: -Infinity });
  t.same(await readRecord(dir, 'a.json'), { loss: Number.NaN, best: -Infinity });
  t.same(Object.keys((await readRecord<object>(dir, 'evil.json'))!), ['a']);
  await t.rejects(readRecord(dir, 'bad.json'), { name: 'ProtocolError' });
  t.equal(await readRecord(dir, 'none.json'), null);
  t.same(
    readdirSync(dir).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

t.test('reports are read by complete lines; garbage is counted, a torn line waits', async (t) => {
  const dir = t.testdir({ 'report.ndjson': '{"step":1,"metrics":{"f1":0.5}}\n{"step":2,"met' });
  const path = join(dir, 'report.ndjson');
  const reader = new ReportReader(dir);
  t.match(await reader.read(), { reports: [{ seq: 0, step: 1 }], badLines: 0 });
  t.match(await reader.read(), { reports: [] });
  appendFileSync(path, 'rics":{"f1":NaN,"loss":null}}\nhello\n{"step":-1,"metrics":{}}\n\n');
  const { reports, badLines } = await reader.read();
  t.same(
    reports.map(({ seq, step, metrics }) => [seq, step, metrics]),
    [[1, 2, { f1: Number.NaN, loss: Number.NaN }]],
  );
  t.equal(badLines, 2);
  await reader.close();
});

t.test('a flood without line ends is stepped over in bounded memory', async (t) => {
  const dir = t.testdir({ 'report.ndjson': `${'x'.repeat(3 << 20)}\n{"step":1,"metrics":{}}\n` });
  const reader = new ReportReader(dir);
  const steps: number[] = [];
  for (let more = true; more; ) {
    const batch = await reader.read();
    steps.push(...batch.reports.map(({ step }) => step));
    more = batch.more;
  }
  t.same(steps, [1]);
  await reader.close();
});

t.test('links and foreign paths are refused', async (t) => {
  const dir = t.testdir({ inside: { file: 'x' } });
  symlinkSync('/etc', join(dir, 'link'));
  await assertInside(dir, join(dir, 'inside', 'file'));
  await t.rejects(assertInside(dir, join(dir, 'link', 'passwd')), /symbolic link/);
  await t.rejects(assertInside(dir, join(dir, 'inside', '..', '..', 'etc')), /lies outside/);
  await t.rejects(assertInside(dir, '/etc/passwd'), /lies outside/);
  await t.rejects(readRecord(dir, 'link'), Error);
});

t.test("a folder's hash tells names and contents, and refuses links", async (t) => {
  const dir = t.testdir({ a: { x: '1', sub: { y: '2' } }, b: { x: '1', sub: { y: '2' } }, c: { x: '12' } });
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => hashPath(join(dir, name))));
  t.same(a, b);
  t.equal(a!.bytes, 2);
  t.not(a!.sha256, c!.sha256);
  symlinkSync('/etc/passwd', join(dir, 'a', 'link'));
  await t.rejects(hashPath(join(dir, 'a')), { name: 'ProtocolError' });
});

t.test('one of several takes a lease, and a live holder keeps it', async (t) => {
  const dir = join(t.testdir(), '3');
  const taken = await Promise.all([takeLease(dir, 0), takeLease(dir, 0)]);
  t.same(taken.sort(), [false, true]);
  t.match(await readLease(dir), { epoch: 0, holder: { pid: process.pid } });
  t.equal(await takeOverLease(dir), false);
});

t.test('a lease goes over once its holder is proven gone', async (t) => {
  const dir = join(t.testdir(), '3');
  mkdirSync(dir);
  const gone = { ...thisProcess(), pidStartTime: '1' };
  writeFileSync(join(dir, 'lease.0.json'), JSON.stringify(gone));
  t.equal(await takeOverLease(dir), true);
  t.match(await readLease(dir), { epoch: 1, holder: { pidStartTime: thisProcess().pidStartTime } });
});

t.test('only what is proven gone is gone', async (t) => {
  const self = thisProcess();
  t.equal(isProvenGone(self), false);
  t.equal(isProvenGone({ ...self, pidStartTime: '1' }), true, 'the pid was reused');
  t.equal(isProvenGone({ ...self, host: 'elsewhere', pidStartTime: '1' }), false);
  t.equal(isProvenGone({ ...self, pidNamespace: 'pid:[1]', pidStartTime: '1' }), false);
  t.equal(isProvenGone({ ...self, bootId: 'before' }), true);
});
