import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { NotFoundError, StorageError, UsageError } from '../../domain/errors.ts';
import { completed, openFor, startTrial, testSpec } from '../../testing/storage/fixtures.ts';
import { openStorage } from '../index.ts';
import { createRdbStorage } from '../rdb-storage.ts';
import { connect } from './connection.ts';
import { classifyFileSystem, fileSystemOf } from './file-safety.ts';
import { readSnapshot } from './snapshot.ts';

/** A database with one study of one finished trial. */
async function makeDatabase(t: Test): Promise<string> {
  const file = join(t.testdir(), 'trials.db');
  const storage = await openStorage(file, { create: true });
  const study = await storage.createStudy({ name: 's', spec: testSpec() });
  const trial = await startTrial(storage, study.id);
  await storage.finishTrial(trial.id, trial.token, completed(0.5));
  await storage.close();
  return file;
}

function edit(file: string, statement: string): void {
  const db = new Database(file);
  db.exec(statement);
  db.close();
}

t.test('a command that only reads never makes a file', async (t) => {
  const dir = t.testdir();
  const error = await openStorage(join(dir, 'trials.db'), { create: false }).catch((error: unknown) => error);
  t.ok(error instanceof NotFoundError);
  t.match(error, { message: /trials\.db/, fix: /--storage/ });
  t.same(readdirSync(dir), []);
  writeFileSync(join(dir, 'empty.db'), '');
  await t.rejects(openStorage(join(dir, 'empty.db'), { create: false }), NotFoundError);
});

t.test('an empty file is taken where one may be created', async (t) => {
  const file = join(t.testdir({ 'trials.db': '' }), 'trials.db');
  const storage = await openFor(t, () => openStorage(file, { create: true }));
  t.same(await storage.listStudies(), []);
  t.equal(storage.url, `sqlite:${file}`);
});

t.test('a missing folder and a folder in the place of a file are usage errors', async (t) => {
  const dir = t.testdir();
  await t.rejects(openStorage(join(dir, 'no', 'trials.db'), { create: true }), {
    name: 'UsageError',
    fix: /mkdir -p/,
  });
  await t.rejects(openStorage(dir, { create: true }), UsageError);
});

t.test('what is no study database is refused and left as it is', async (t) => {
  const dir = t.testdir({
    'text.db': 'this is no database, but it is long enough to be looked at '.repeat(20),
  });
  await t.rejects(openStorage(join(dir, 'text.db'), { create: true }), {
    name: 'StorageError',
    message: /no SQLite database/,
  });
  edit(join(dir, 'other.db'), 'CREATE TABLE invoices (id INTEGER)');
  const before = readFileSync(join(dir, 'other.db'));
  await t.rejects(openStorage(join(dir, 'other.db'), { create: true }), {
    name: 'StorageError',
    message: /neither hpo's nor Optuna's/,
  });
  t.same(readFileSync(join(dir, 'other.db')), before);
});

t.test('newer and too old tables are refused with what to do', async (t) => {
  const file = await makeDatabase(t);
  const refused = async (statement: string, expected: object): Promise<void> => {
    edit(file, statement);
    await t.rejects(openStorage(file, { create: true }), { name: 'StorageError', exitCode: 5, ...expected });
  };
  await refused("UPDATE hpo_counters SET value = 99 WHERE name = 'schema'", {
    message: /newer hpo/,
    fix: /update hpo/,
  });
  await refused("UPDATE alembic_version SET version_num = 'v9.9.9.z'", {
    message: /v9\.9\.9\.z/,
    fix: /update hpo/,
  });
  await refused("UPDATE alembic_version SET version_num = 'v2.6.0.a'", {
    message: /Optuna 2\.6/,
    fix: /optuna storage upgrade/,
  });
  await refused('DELETE FROM alembic_version', { message: /none/ });
});

t.test('a file that others could have written needs trust', async (t) => {
  const file = await makeDatabase(t);
  chmodSync(file, 0o664);
  const open = (trust: boolean) => openStorage(file, { create: false, trust });
  await t.rejects(open(false), { name: 'StorageError', message: /other users/, fix: /chmod go-w/ });
  const storage = await openFor(t, () => open(true));
  t.equal((await storage.listStudies()).length, 1);
  if (process.geteuid?.() !== 0) return;
  chmodSync(file, 0o600);
  chownSync(file, 12345, 12345);
  await t.rejects(open(false), { name: 'StorageError', message: /another user \(uid 12345\)/ });
});

t.test('a link is followed to the file that is judged', async (t) => {
  const file = await makeDatabase(t);
  const link = join(file, '..', 'link.db');
  symlinkSync(file, link);
  const storage = await openFor(t, () => openStorage(link, { create: false }));
  t.equal((await storage.listStudies()).length, 1);
});

t.test(
  'a copy in memory holds what the log holds, cannot be written, and leaves the file as it is',
  async (t) => {
    const file = await makeDatabase(t);
    const writer = await openFor(t, () => openStorage(file, { create: false }));
    const { id } = await writer.loadStudy('s');
    await writer.claimTrial(id);
    t.ok(existsSync(`${file}-wal`), 'the last commit is still in the log');
    const before = readFileSync(file);
    const copy = await connect(await readSnapshot(file, file), { shown: file, lockTimeoutMs: 0 });
    const reader = createRdbStorage(copy, { readOnly: new StorageError('not here') });
    t.equal((await reader.getTrials(id)).length, 2);
    await t.rejects(reader.claimTrial(id), { message: 'not here' });
    await reader.close();
    t.same(readFileSync(file), before);
  },
);

t.test(
  'a database that cannot be written is read, and writing says why',
  { skip: process.geteuid?.() === 0 && 'root may write everything' },
  async (t) => {
    const file = await makeDatabase(t);
    const dir = join(file, '..');
    chmodSync(file, 0o400);
    chmodSync(dir, 0o500);
    t.teardown(() => chmodSync(dir, 0o700));
    const storage = await openFor(t, () => openStorage(file, { create: true }));
    const study = await storage.loadStudy('s');
    t.equal((await storage.getTrials(study.id)).length, 1);
    await t.rejects(storage.claimTrial(study.id), { name: 'StorageError', message: /not written/ });
    t.same(readdirSync(dir), ['trials.db']);
  },
);

t.test('network file systems are told from local ones', async (t) => {
  const network = [
    0x6969, 0xff534d42, 0xfe534d42, 0x0bd00bd0, 0x47504653, 0x19830326, 0xc36400, 0x5346414f, 0x01021997,
  ];
  for (const type of network) t.equal(classifyFileSystem(type), 'network', type.toString(16));
  // statfs may hand the number over as a signed one.
  t.equal(classifyFileSystem(0xff534d42 | 0), 'network');
  for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630])
    t.equal(classifyFileSystem(type), 'local');
  t.equal(classifyFileSystem(0x65735546), 'unknown', 'FUSE may be anything');
  mkdirSync(join(t.testdir(), 'd'));
  t.not(await fileSystemOf(join(t.testdirName, 'd', 'trials.db')), 'network');
});

t.test('a full disk is an error with the code of one, and costs nothing that was written', async (t) => {
  const file = await makeDatabase(t);
  const connection = await connect(file, { shown: 'sqlite:trials.db', lockTimeoutMs: 0 });
  const storage = createRdbStorage(connection, { readOnly: null });
  t.teardown(() => storage.close());
  const { id } = await storage.loadStudy('s');
  // SQLite's own limit, which fails like a disk without room.
  await connection.pragma(`max_page_count = ${(await connection.pragma('page_count')) as number}`);
  const fill = storage.setStudyAttr(id, 'user', 'large', 'x'.repeat(1_000_000));
  await t.rejects(fill, { name: 'DiskFullError', code: 'ENOSPC', exitCode: 5, message: /the disk is full/ });
  t.equal((await storage.getTrials(id)).length, 1);
  t.equal((await storage.claimTrial(id)).number, 1, 'what fits is still written');
});

t.test('a closed storage says so', async (t) => {
  const storage = await openStorage(await makeDatabase(t), { create: false });
  await storage.close();
  await storage.close();
  await t.rejects(storage.listStudies(), StorageError);
  await t.rejects(storage.claimTrial(1), StorageError);
});
