import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { StorageError } from '../domain/errors.ts';
import { openStorage } from '../storage/index.ts';
import { createSearch, type SearchFixture } from '../testing/search-fixture.ts';
import { PYTHON, skipWithoutPython } from '../testing/services.ts';
import { optimize } from './index.ts';

t.setTimeout(300_000);
// They mostly wait.
t.jobs = 3;
const HELD_MS = 10_000;

/** Takes SQLite's write lock, keeps it, and writes at the end. */
const HOLDER = `
const db = require('better-sqlite3')(process.argv[1]);
db.exec('BEGIN IMMEDIATE');
console.log('locked');
setTimeout(() => {
  db.prepare("INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (1, 'from', '1')").run();
  db.exec('COMMIT');
  db.close();
}, Number(process.argv[2]));
`;

/** The same through Optuna's own connection; then it runs a trial of its own in the study. */
const OPTUNA = `
import optuna, sys, time
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = optuna.storages.RDBStorage("sqlite:///" + sys.argv[1], skip_compatibility_check=True)
study = optuna.load_study(study_name="scripted", storage=storage)
connection = storage.engine.raw_connection()
connection.isolation_level = None
cursor = connection.cursor()
cursor.execute("BEGIN IMMEDIATE")
cursor.execute("INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (1, 'from', '1')")
print("locked", flush=True)
time.sleep(int(sys.argv[2]) / 1000)
cursor.execute("COMMIT")
connection.close()
trial = study.ask({"x": optuna.distributions.FloatDistribution(0, 1)})
study.tell(trial, 0.5)
`;

async function hold(
  t: Test,
  command: readonly string[],
  fixture: SearchFixture,
  ms: number,
): Promise<ChildProcess> {
  // The test runner's loaders are no concern of the holder's.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [...command.slice(1), join(fixture.dir, 'trials.db'), String(ms)];
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const child = spawn(command[0]!, args, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const NODE_HOLDER = [process.execPath, '-e', HOLDER];

const HOLDERS = [
  { who: 'another process', command: NODE_HOLDER, foreignTrials: 0, skip: false },
  {
    who: "a writer of Python's Optuna",
    command: [PYTHON, '-c', OPTUNA],
    foreignTrials: 1,
    skip: skipWithoutPython('optuna'),
  },
] as const;

for (const { who, command, foreignTrials, skip } of HOLDERS) {
  t.test(
    `a lock that ${who} holds for 10 s delays the search and costs it nothing`,
    { skip, buffered: true },
    async (t) => {
      const fixture = await createSearch(t, { settings: { reports: 5, pauseMs: 50 } });
      const { study, parts, options, storage, events } = fixture;
      const search = optimize(study, parts, options({ nTrials: 8, jobs: 2 }));
      while (!events.some(({ type }) => type === 'report'))
        await new Promise((resolve) => setTimeout(resolve, 10));
      const holder = await hold(t, command, fixture, HELD_MS);
      const ended = once(holder, 'exit');
      const summary = await search;
      await ended;

      t.match(summary, { nTrials: 8, reason: 'n-trials', states: { fail: 0, running: 0 } });
      const trials = await storage.getTrials(study.id);
      t.equal(trials.length, 8 + foreignTrials);
      t.ok(trials.every(({ state, number }, i) => state === 'complete' && number === i));
      t.equal(
        trials.filter(({ intermediateValues }) => intermediateValues.size === 5).length,
        8,
        'with all reports',
      );
      t.same((await storage.loadStudy('scripted')).userAttrs, { from: 1 }, 'what the holder wrote is there');
      t.same(await storage.findFaults(), []);
    },
  );
}

t.test(
  'a lock that outlasts the patience ends the search, names its holder, and what ran can go on',
  { buffered: true },
  async (t) => {
    const fixture = await createSearch(t, { settings: { reports: 5, pauseMs: 50 } });
    const { study, parts, options, events } = fixture;
    const impatient = await openStorage(join(fixture.dir, 'trials.db'), {
      create: false,
      lockTimeoutMs: 500,
    });
    t.teardown(() => impatient.close());
    const search = optimize(study, { ...parts, storage: impatient }, options({ nTrials: 8, jobs: 2 }));
    const failed = search.then(
      () => null,
      (error: unknown) => error,
    );
    while (!events.some(({ type }) => type === 'report'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    const holder = await hold(t, NODE_HOLDER, fixture, 60_000);
    const error = await failed;
    t.ok(error instanceof StorageError);
    t.match(error, { exitCode: 5, message: /has been locked for/, fix: String });
    if (process.platform === 'linux')
      t.match((error as StorageError).details.join(), new RegExp(`process ${holder.pid} `));
    holder.kill('SIGKILL');
    await once(holder, 'exit');

    const db = new Database(join(fixture.dir, 'trials.db'), { readonly: true });
    t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    db.close();
    t.match(await optimize(study, parts, options({ nTrials: 2 })), { nTrials: 2 }, 'and the search goes on');
  },
);
