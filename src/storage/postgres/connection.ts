import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StorageError } from '../../domain/errors.ts';
import { createTurns } from '../../domain/turns.ts';
import { createSchema } from '../schema.ts';
import type { Database, Durability, Sql, SqlRow, SqlValue } from '../sql.ts';
import { explainFailure, isConflict, isLost } from './failures.ts';
import { POSTGRES_SCHEMA } from './schema.ts';
import { prepared } from './translate.ts';
import { VALUE_TYPES } from './value-types.ts';

export interface ConnectionOptions {
  /** `postgresql://…`, as libpq reads it. */
  readonly url: string;
  /** For messages. */
  readonly shown: string;
  /** How long a lost connection or another's lock is waited for. */
  readonly lockTimeoutMs: number;
  /** After which the server ends a transaction whose client does nothing; 30 s unless said. */
  readonly idleTimeoutMs?: number;
}

/** Of many first openers one makes the tables. An arbitrary number that all versions of hpo share. */
const SCHEMA_LOCK = 0x68706f;

/**
 * One connection to a PostgreSQL server, made when it is needed and made anew when it is lost: a server that restarts
 * costs a search some seconds. Transactions take turns, as on one SQLite connection, and run again when two of them
 * met or the connection broke; whether one whose COMMIT got no answer had been committed, the server is asked.
 */
export class Connection implements Database, Sql {
  readonly shown: string;
  private readonly url: string;
  private readonly lockTimeoutMs: number;
  private readonly idleTimeoutMs: number;
  private readonly takeTurn = createTurns();
  private client: pg.Client | null = null;
  private closed = false;

  constructor({ url, shown, lockTimeoutMs, idleTimeoutMs = 30_000 }: ConnectionOptions) {
    this.url = url;
    this.shown = shown;
    this.lockTimeoutMs = lockTimeoutMs;
    this.idleTimeoutMs = idleTimeoutMs;
  }

  /** Opens the connection at once, so that a wrong address or password shows; nothing is waited for. */
  async connect(): Promise<void> {
    try {
      await this.open();
    } catch (error) {
      throw this.explain(error);
    }
  }

  write<T>(durability: Durability, body: (sql: Sql) => Promise<T>): Promise<T> {
    const commit = durability === 'full' ? 'on' : 'off';
    return this.takeTurn(() =>
      this.retry(() => this.transactOnce(`SET LOCAL synchronous_commit = ${commit}`, body)),
    );
  }

  read<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    const mode = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY';
    return this.takeTurn(() => this.retry(() => this.transact(mode, body)));
  }

  async changeCounter(): Promise<string> {
    // Moves on with every transaction that writes, of anybody and in any database of the server.
    return (await this.get<{ now: string }>('SELECT pg_current_snapshot()::text AS now'))!.now;
  }

  async prepare(): Promise<void> {
    await this.write('full', async (sql) => {
      await sql.get('SELECT pg_advisory_xact_lock(?)', SCHEMA_LOCK);
      await createSchema(sql, this.shown, POSTGRES_SCHEMA);
    });
  }

  /** The server looks after its own files; pg_amcheck is the tool for doubts. */
  async findDamage(): Promise<string[]> {
    return [];
  }

  async run(statement: string, ...values: SqlValue[]): Promise<number> {
    return (await this.query({ ...prepared(statement), values })).rowCount ?? 0;
  }

  async get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return (await this.all<Row>(statement, ...values))[0];
  }

  async all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    return (await this.query({ ...prepared(statement), values })).rows as Row[];
  }

  async rows<Row extends SqlRow>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    const result = await this.query({ ...prepared(statement), values, rowMode: 'array' });
    return result.rows as unknown as Row[];
  }

  async script(statements: string): Promise<void> {
    await this.query({ text: statements });
  }

  async close(): Promise<void> {
    this.closed = true;
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => {});
  }

  private async query(query: pg.QueryConfig | pg.QueryArrayConfig): Promise<pg.QueryResult> {
    if (this.client === null) throw lostConnection();
    return await this.client.query(query as pg.QueryConfig);
  }

  private async open(): Promise<pg.Client> {
    if (this.client !== null) return this.client;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'hpo',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 10_000,
      // A client that was stopped in the middle of a transaction must not hold up all others.
      idle_in_transaction_session_timeout: this.idleTimeoutMs,
      lock_timeout: this.lockTimeoutMs,
      types: VALUE_TYPES,
    });
    // A connection that breaks between two queries says so here; the next query finds it gone.
    client.on('error', () => this.drop(client));
    client.on('end', () => this.drop(client));
    await client.connect();
    this.client = client;
    return client;
  }

  private drop(client: pg.Client): void {
    if (this.client === client) this.client = null;
  }

  private async transact<T>(mode: string, body: (sql: Sql) => Promise<T>): Promise<T> {
    await this.open();
    await this.script(`BEGIN; ${mode}`);
    const result = await this.runBody(body);
    await this.script('COMMIT');
    return result;
  }

  /** Like {@link transact}, for a transaction that must not take effect twice. */
  private async transactOnce<T>(mode: string, body: (sql: Sql) => Promise<T>): Promise<T> {
    await this.open();
    const id = await this.begin(mode);
    const result = await this.runBody(body);
    try {
      await this.script('COMMIT');
    } catch (error) {
      if (!isLost(error) || !(await this.wasCommitted(id))) throw error;
    }
    return result;
  }

  /** In one message: most of a short transaction is waiting for answers. @returns the transaction's id */
  private async begin(mode: string): Promise<string> {
    const text = `BEGIN; ${mode}; SELECT txid_current()::text AS id`;
    const results = (await this.query({ text })) as unknown as readonly pg.QueryResult<{ id: string }>[];
    return results.at(-1)!.rows[0]!.id;
  }

  private async runBody<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await body(this);
    } catch (error) {
      // Where the connection is gone, the server has rolled back.
      if (this.client !== null) await this.script('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  private async wasCommitted(id: string): Promise<boolean> {
    return await this.retry(async () => {
      await this.open();
      const status = (
        await this.get<{ status: string | null }>('SELECT txid_status(?::bigint) AS status', id)
      )?.status;
      // The server may not have noticed yet that its client is gone.
      if (status === 'in progress') throw lostConnection();
      return status === 'committed';
    });
  }

  private async retry<T>(act: () => Promise<T>): Promise<T> {
    const start = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        if (this.closed || !(isConflict(error) || isLost(error))) throw this.explain(error);
        if (isLost(error)) await this.abandon();
        const waitedMs = performance.now() - start;
        if (waitedMs > this.lockTimeoutMs) throw this.gaveUp(waitedMs, error);
      }
      await sleep(pauseMs(attempt));
    }
  }

  private async abandon(): Promise<void> {
    const { client } = this;
    this.client = null;
    // Whether it can still say goodbye does not matter.
    client?.end().catch(() => {});
  }

  private explain(error: unknown): unknown {
    return isLost(error) ? this.unreachable(error) : explainFailure(error, this.shown);
  }

  private unreachable(cause: unknown): StorageError {
    return new StorageError(`${this.shown} cannot be reached.`, {
      details: [(cause as Error).message],
      fix: 'check that the server runs and that host and port are right (pg_isready)',
      cause,
    });
  }

  private gaveUp(waitedMs: number, cause: unknown): StorageError {
    const what = isConflict(cause) ? 'has been busy' : 'has been out of reach';
    return new StorageError(`${this.shown} ${what} for ${Math.round(waitedMs / 1000)} s.`, {
      details: [(cause as Error).message],
      fix: 'check the server, then run the command again: it goes on where it stopped',
      cause,
    });
  }
}

const lostConnection = (): Error => new Error('Connection terminated');

/** 1–30 ms at first, when another transaction was in the way; up to a second while a server restarts. */
function pauseMs(attempt: number): number {
  return 1 + Math.random() * Math.min(1000, 30 * 1.3 ** attempt);
}
