import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { completed, openFor, startTrial, testSpec } from '../../testing/storage/fixtures.ts';
import { startWorker } from '../../testing/storage/processes.ts';
import { openStorage } from '../index.ts';
import { STUDIES } from '../statements.ts';
import { Connection } from './connection.ts';

t.setTimeout(300_000);

t.test(
  'a PostgreSQL server that misbehaves',
  { skip: skipWithoutPostgres(), timeout: 300_000 },
  async (t) => {
    const server = startPostgres(t);
    const open = (url: string, create = true) => openStorage(url, { create, lockTimeoutMs: 20_000 });

    t.test('a crash of the server between and during calls loses nothing that was finished', async (t) => {
      const storage = await openFor(t, () => open(server.urlOf(server.createDatabase())));
      const study = await storage.createStudy({ name: 'crash', spec: testSpec() });
      const before = await startTrial(storage, study.id);
      await storage.finishTrial(before.id, before.token, completed(1));
      server.stop('immediate');
      const during = startTrial(storage, study.id);
      server.start();
      const trial = await during;
      t.equal(trial.number, 1);
      t.equal(await storage.finishTrial(trial.id, trial.token, completed(2)), true);
      t.same(
        (await storage.getTrials(study.id)).map(({ state }) => state),
        ['complete', 'complete'],
      );
      t.same(await storage.findFaults(), []);
    });

    t.test('a connection that the server ends inside a transaction runs it again', async (t) => {
      const database = server.createDatabase();
      const connection = new Connection({
        url: server.urlOf(database),
        shown: 'here',
        lockTimeoutMs: 20_000,
      });
      t.teardown(() => connection.close());
      await connection.prepare();
      let runs = 0;
      await connection.write('full', async (sql) => {
        runs++;
        await sql.run('INSERT INTO hpo_counters (name, value) VALUES (?, ?)', 'probe', runs);
        if (runs > 1) return;
        const { pid } = (await sql.get<{ pid: number }>('SELECT pg_backend_pid() AS pid'))!;
        server.query(database, `SELECT pg_terminate_backend(${pid})`);
      });
      t.equal(runs, 2);
      const stored = await connection.read((sql) =>
        sql.all('SELECT value FROM hpo_counters WHERE name = ?', 'probe'),
      );
      t.same(stored, [{ value: 2 }]);
    });

    t.test('a commit whose answer was lost is not made twice', async (t) => {
      const database = server.createDatabase();
      const connection = new CommitsUnheard(server.urlOf(database));
      t.teardown(() => connection.close());
      await connection.prepare();
      connection.isDeaf = true;
      let runs = 0;
      await connection.write('full', async (sql) => {
        runs++;
        await sql.run('INSERT INTO hpo_counters (name, value) VALUES (?, ?)', 'once', 7);
      });
      t.equal(runs, 1);
      t.equal(server.query(database, `SELECT value FROM hpo_counters WHERE name = 'once'`).trim(), '7');
    });

    t.test('two transactions that block each other both end', async (t) => {
      const database = server.createDatabase();
      const [one, two] = [0, 1].map(
        () => new Connection({ url: server.urlOf(database), shown: 'here', lockTimeoutMs: 20_000 }),
      ) as [Connection, Connection];
      t.teardown(() => Promise.all([one.close(), two.close()]));
      await one.prepare();
      server.query(database, `INSERT INTO hpo_counters VALUES ('a', 0), ('b', 0)`);
      const add = (connection: Connection, first: string, second: string) =>
        connection.write('normal', async (sql) => {
          for (const name of [first, second]) {
            await sql.run('UPDATE hpo_counters SET value = value + 1 WHERE name = ?', name);
            await sql.get('SELECT pg_sleep(0.2)');
          }
        });
      await Promise.all([add(one, 'a', 'b'), add(two, 'b', 'a')]);
      t.equal(
        server.query(
          database,
          'SELECT name, value FROM hpo_counters WHERE value > 0 AND name IN ($$a$$, $$b$$) ORDER BY 1',
        ),
        'a|2\nb|2\n',
      );
    });

    t.test(
      'a client that is stopped inside a transaction does not hold up the others for long',
      async (t) => {
        const url = server.urlOf(server.createDatabase());
        const storage = await openFor(t, () => open(url));
        const study = await storage.createStudy({ name: 'held', spec: testSpec() });
        const stopped = new Connection({ url, shown: 'here', lockTimeoutMs: 20_000, idleTimeoutMs: 200 });
        t.teardown(() => stopped.close());
        let runs = 0;
        const held = stopped.write('full', async (sql) => {
          await sql.get(STUDIES.lock, study.id);
          // As if the process had been stopped here, once.
          if (++runs === 1) await sleep(1500);
          await sql.get(STUDIES.lock, study.id);
        });
        t.equal((await storage.claimTrial(study.id)).number, 0);
        await held;
        t.equal(runs, 2);
      },
    );

    t.test(
      '32 processes claim, report and finish at once; numbers are dense and nothing is lost',
      async (t) => {
        const url = server.urlOf(server.createDatabase());
        const workers = Array.from({ length: 32 }, (_, i) =>
          startWorker('first-open', url, `study-${i % 2}`, '4'),
        );
        await Promise.all(workers.map(({ result }) => result));
        const storage = await openFor(t, () => open(url));
        for (const study of await storage.listStudies()) {
          const trials = await storage.getTrials(study.id);
          t.same(
            trials.map(({ number }) => number),
            Array.from({ length: 64 }, (_, i) => i),
          );
          t.ok(trials.every(({ state }) => state === 'complete'));
        }
        t.same(await storage.findFaults(), []);
      },
    );

    t.test('what cannot be opened says why and what to do', async (t) => {
      const database = server.createDatabase();
      server.query(database, 'CREATE ROLE guest LOGIN');
      await t.rejects(open(server.urlOf('nowhere')), { name: 'NotFoundError', message: /no database/ });
      await t.rejects(open(server.urlOf(database), false), { exitCode: 3, message: /no studies/ });
      await t.rejects(open(server.urlOf(database, 'guest')), {
        exitCode: 5,
        message: /may not do that/,
        fix: /GRANT/,
      });
      await t.rejects(open(server.urlOf(database, 'stranger')), {
        name: 'StorageError',
        message: /does not let/,
      });
      await t.rejects(open('postgresql://me@127.0.0.1:1/x'), { exitCode: 5, message: /cannot be reached/ });
      const { message } = await open('postgresql://me:secret@127.0.0.1:1/x').then(
        fail,
        (error: Error) => error,
      );
      t.notMatch(message, /secret/);
    });

    t.test('a role without CREATE uses tables that the owner made', async (t) => {
      const database = server.createDatabase();
      const owner = await openFor(t, () => open(server.urlOf(database)));
      const study = await owner.createStudy({ name: 'shared', spec: testSpec() });
      server.query(
        database,
        `CREATE ROLE worker LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO worker;
       GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO worker`,
      );
      const worker = await openFor(t, () => open(server.urlOf(database, 'worker')));
      const trial = await startTrial(worker, study.id);
      t.equal(await worker.finishTrial(trial.id, trial.token, completed(0.5)), true);
    });
  },
);

const fail = (): never => {
  throw new Error('it opened');
};

/** The server commits, and its answer never comes. */
class CommitsUnheard extends Connection {
  isDeaf = false;
  constructor(url: string) {
    super({ url, shown: 'here', lockTimeoutMs: 20_000 });
  }

  override async script(statements: string): Promise<void> {
    await super.script(statements);
    if (statements !== 'COMMIT' || !this.isDeaf) return;
    this.isDeaf = false;
    throw new Error('Connection terminated unexpectedly');
  }
}
