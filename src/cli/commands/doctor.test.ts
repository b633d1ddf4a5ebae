import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { runHpo } from '../../testing/hpo-command.ts';
import { findProgram } from '../doctor/program-checks.ts';
import { checkNode } from '../doctor/runtime-checks.ts';

t.setTimeout(900_000);

interface Row {
  readonly check: string;
  readonly status: string;
  readonly found: string;
  readonly fix: string | null;
}

t.test('a healthy machine passes, and the report is json on stdout alone', async (t) => {
  const dir = t.testdir();
  const { code, stdout, stderr } = await runHpo(['doctor', '-f', 'json'], { cwd: dir });
  const rows = JSON.parse(stdout) as Row[];
  const statusOf = (check: string): string | undefined => rows.find((row) => row.check === check)?.status;
  t.equal(statusOf('node'), 'ok');
  t.equal(statusOf('better-sqlite3'), 'ok');
  t.equal(statusOf('WebAssembly SIMD'), 'ok');
  t.equal(statusOf('engine onnxruntime'), 'ok');
  t.type(statusOf('device cuda'), 'string');
  t.equal(code, rows.some(({ status }) => status === 'fail') ? 1 : 0, stderr);
  for (const row of rows)
    t.equal(row.fix === null, row.status === 'ok' || row.status === 'absent', row.check);
});

t.test('a damaged or foreign database is said to be broken', async (t) => {
  const dir = t.testdir({ 'broken.db': 'SQLite format 3\0 and then nonsense'.repeat(100) });
  const broken = await runHpo(['doctor', '--storage', 'broken.db', '-f', 'json'], { cwd: dir });
  t.equal(broken.code, 1);
  t.match(JSON.parse(broken.stdout).find((row: Row) => row.check === 'database').status, 'fail');

  const foreign = new Database(join(dir, 'other.db'));
  foreign.exec('CREATE TABLE a (b)');
  foreign.close();
  const other = await runHpo(['doctor', '--storage', 'other.db'], { cwd: dir });
  t.equal(other.code, 1);
  t.match(other.stdout, /fail +schema +this SQLite file holds no studies/);
});

t.test('a file that others may write is warned of', async (t) => {
  const dir = t.testdir();
  writeFileSync(join(dir, 'open.db'), '');
  chmodSync(join(dir, 'open.db'), 0o666);
  const { stdout } = await runHpo(['doctor', '--storage', 'open.db'], { cwd: dir });
  t.match(stdout, /warn +storage .*others may write +chmod go-w/);
});

t.test('a storage in a folder that is not there is broken', async (t) => {
  const { code, stdout } = await runHpo(['doctor', '--storage', 'no/where.db'], { cwd: t.testdir() });
  t.equal(code, 1);
  t.match(stdout, 'mkdir -p');
});

t.test('versions of Node and programs are told apart', async (t) => {
  t.equal(checkNode('20.19.0').status, 'ok');
  t.equal(checkNode('20.18.9').status, 'fail');
  t.equal(checkNode('18.20.0').status, 'fail');
  t.equal(checkNode('24.0.0').status, 'ok');
  const dir = t.testdir({ bin: { tool: '#!/bin/sh\n', folder: {} } });
  chmodSync(join(dir, 'bin', 'tool'), 0o755);
  t.equal(findProgram('tool', `/no/such:${join(dir, 'bin')}`), join(dir, 'bin', 'tool'));
  t.equal(findProgram('folder', join(dir, 'bin')), null);
});
