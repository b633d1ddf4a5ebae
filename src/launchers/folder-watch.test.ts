import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { thisHost } from '../protocol/index.ts';
import { countCarriers } from '../testing/after-fault.ts';

const supervisor = fileURLToPath(new URL('./supervisor.sh', import.meta.url));
const MEGABYTE = 1 << 20;

/** A supervised shell script, and nobody who follows it. */
function supervise(t: Test, script: string) {
  const dir = t.testdir();
  const token = `token-${t.name.length}-${process.pid}`;
  const facts = JSON.stringify({ token, ...thisHost() }).slice(0, -1);
  const child: ChildProcess = spawn('/bin/sh', [supervisor, dir, 'sh', '-c', script], {
    cwd: dir,
    stdio: 'ignore',
    env: { ...process.env, HPO_SUPERVISED: facts, HPO_SUPERVISED_TOKEN: token, HPO_TRIAL_DIR: dir },
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const size = (name: string): number => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;
  const largest = async (name: string): Promise<number> => {
    let largest = 0;
    for (let over = false; !over; ) {
      over = await Promise.race([ended.then(() => true), sleep(50, false)]);
      largest = Math.max(largest, size(name));
    }
    return largest;
  };
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
  return { dir, token, child, ended, size, largest, read };
}

const skip = existsSync('/proc/self/stat') ? false : 'needs /proc';

t.test('a log that nobody follows is cut to its end, again and again', { skip }, async (t) => {
  // 12 MB every half second: 200 MB in all.
  const { largest, read, size, token } = supervise(
    t,
    `i=0; while [ $i -lt 17 ]; do yes 'some words' | head -c 12000000; sleep 0.5; i=$((i+1)); done; echo; echo last; exit 3`,
  );
  const most = await largest('log.txt');
  t.ok(most < 130 * MEGABYTE, `${most} bytes at most`);
  t.ok(size('log.txt') < 130 * MEGABYTE);
  t.match(read('log.txt'), /^hpo: older output was dropped here\n/);
  t.match(read('log.txt'), /\nlast\n$/);
  t.match(JSON.parse(read('exit.json')), { token, exitCode: 3, signal: null });
  t.equal(countCarriers(token), 0);
});

t.test('of reports that nobody reads the first 32 MB stay', { skip }, async (t) => {
  const line = `{"step":1,"metrics":{"f1":0.5},"note":"${'x'.repeat(900)}"}`;
  const { ended, read, size, dir } = supervise(
    t,
    `echo first > report.ndjson; yes '${line}' | head -c 90000000 >> report.ndjson; sleep 3; echo last >> report.ndjson`,
  );
  await ended;
  t.equal(size('report.ndjson'), 32 * MEGABYTE + 'last\n'.length);
  const text = read('report.ndjson');
  t.ok(text.startsWith('first\n{') && text.endsWith('last\n'));
  t.notOk(existsSync(join(dir, '.exit.json.tmp')));
});

t.test('it ends with its trial, even when the supervisor was killed', { skip }, async (t) => {
  const { dir, child, ended, token } = supervise(t, 'sleep 3');
  // The watch starts a moment after the trial.
  while (!existsSync(join(dir, 'started.json')) || countArgued(dir) === 0) await sleep(10);
  child.kill('SIGKILL');
  await ended;
  t.equal(countArgued(dir), 1);
  for (let tries = 0; countArgued(dir) > 0 && tries < 100; tries++) await sleep(100);
  t.equal(countArgued(dir), 0);
  t.equal(countCarriers(token), 0);
});

/** Processes with this folder among their arguments. */
const countArgued = (dir: string): number =>
  readdirSync('/proc').filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.some((word) => word.endsWith('folder-watch.sh')) && words.includes(dir);
    } catch {
      return false;
    }
  }).length;
