import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { StorageError } from '../../domain/errors.ts';
import type { Durability, Sql, SqlRow, SqlValue } from '../sql.ts';
import { explainFailure, isBusy } from './failures.ts';
import { describeLockHolders } from './lock-holders.ts';

export interface ConnectionOptions {
  /** For messages. */
  readonly shown: string;
  /** How long another process's lock is waited for. */
  readonly lockTimeoutMs: number;
  /** One durability for everything, against what the operations ask for; only benchmarks want that. */
  readonly durability?: Durability;
}

/**
 * One SQLite connection whose transactions are synchronous inside and asynchronous outside: SQLite's own busy wait is
 * off, because it would block the event loop for seconds and lets writers starve. A busy database is tried again
 * after a short random pause instead.
 *
 * Commits are `synchronous=NORMAL`, which writes the log but leaves it to the kernel to bring it to the disk. A
 * commit that must survive a power cut is followed by our own fdatasync of the log: what SQLite does under FULL, but
 * after the write lock is given back and off the event loop, so that nobody waits for somebody else's disk.
 */
export class Connection implements Sql {
  readonly shown: string;
  private readonly db: Database.Database;
  private readonly lockTimeoutMs: number;
  private readonly forced: Durability | undefined;
  private readonly statements = new Map<string, Database.Statement<SqlValue[]>>();
  private log: Promise<FileHandle> | null = null;
  private written = 0;

  constructor(source: string | Buffer, { shown, lockTimeoutMs, durability }: ConnectionOptions) {
    this.shown = shown;
    this.lockTimeoutMs = lockTimeoutMs;
    this.forced = durability;
    this.db = new Database(source, { timeout: 0 });
  }

  /** One immediate transaction; `body` may run again after a busy database, so it must do nothing but SQL. */
  async write<T>(durability: Durability, body: (sql: Sql) => T): Promise<T> {
    const result = await this.retry(() => {
      const value = this.transact('BEGIN IMMEDIATE', body);
      this.written++;
      return value;
    });
    if ((this.forced ?? durability) === 'full') await this.syncLog();
    return result;
  }

  /** One short read transaction: everything `body` reads is of the same moment. */
  read<T>(body: (sql: Sql) => T): Promise<T> {
    return this.retry(() => this.transact('BEGIN', body));
  }

  /** Runs a statement that must stand outside transactions, with the same patience. */
  pragma(text: string): Promise<unknown> {
    return this.retry(() => this.db.pragma(text, { simple: true }));
  }

  /** Changes whenever any connection has committed; to be asked inside a transaction. */
  changeCounter(): string {
    return `${this.db.pragma('data_version', { simple: true })}:${this.written}`;
  }

  run(statement: string, ...values: SqlValue[]): number {
    return this.prepare(statement).run(...values).changes;
  }

  get<Row>(statement: string, ...values: SqlValue[]): Row | undefined {
    return this.prepare(statement).get(...values) as Row | undefined;
  }

  all<Row>(statement: string, ...values: SqlValue[]): Row[] {
    return this.prepare(statement).all(...values) as Row[];
  }

  rows<Row extends SqlRow>(statement: string, ...values: SqlValue[]): Row[] {
    return this.prepare(statement, true).all(...values) as unknown as Row[];
  }

  script(statements: string): void {
    this.db.exec(statements);
  }

  /** Moves what was written from the log into the database file, as far as other readers allow, and closes. */
  async close(): Promise<void> {
    if (!this.db.open) return;
    try {
      await (await this.log)?.close();
      if (this.written > 0) this.db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Somebody else is reading or writing: the last one to close does it.
      if (!isBusy(error)) throw explainFailure(error, this.shown);
    } finally {
      this.db.close();
    }
  }

  private prepare(text: string, raw = false): Database.Statement<SqlValue[]> {
    const key = raw ? `raw ${text}` : text;
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = this.db.prepare<SqlValue[]>(text);
      if (raw) statement.raw(true);
      this.statements.set(key, statement);
    }
    return statement;
  }

  /** The log is there as long as a connection is; no SQLite lock lies on it that a file handle could break. */
  private async syncLog(): Promise<void> {
    this.log ??= open(`${this.db.name}-wal`, 'r');
    try {
      await (await this.log).datasync();
    } catch (cause) {
      throw new StorageError(`${this.shown}: what was written could not be brought to the disk.`, {
        details: [(cause as Error).message],
        fix: 'check the disk; the last change may be lost in a power cut',
        cause,
      });
    }
  }

  private transact<T>(begin: string, body: (sql: Sql) => T): T {
    this.prepare(begin).run();
    try {
      const result = body(this);
      this.prepare('COMMIT').run();
      return result;
    } catch (error) {
      // A full disk or an I/O error has rolled back already.
      if (this.db.inTransaction) this.prepare('ROLLBACK').run();
      throw error;
    }
  }

  private async retry<T>(act: () => T): Promise<T> {
    const start = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return act();
      } catch (error) {
        if (!isBusy(error)) throw explainFailure(error, this.shown);
        const waitedMs = performance.now() - start;
        if (waitedMs > this.lockTimeoutMs) throw await this.lockedError(waitedMs, error);
      }
      await sleep(pauseMs(attempt));
    }
  }

  private async lockedError(waitedMs: number, cause: unknown): Promise<StorageError> {
    const holders = await describeLockHolders(this.db.name);
    return new StorageError(`${this.shown} has been locked for ${Math.round(waitedMs / 1000)} s.`, {
      details: holders.length > 0 ? holders.map((holder) => `held by ${holder}`) : ['by an unknown process'],
      fix: 'let that process finish or end it, then run the command again',
      cause,
    });
  }
}

const SETTINGS = [
  'synchronous = NORMAL',
  // The log holds a page once for each commit that touched it: folding it rarely writes far less.
  'wal_autocheckpoint = 4000',
  // A checkpoint leaves the log file at its largest size otherwise.
  'journal_size_limit = 33554432',
  'cache_size = -16000',
];

/** Opens a file, or the bytes of one in memory. The caller closes it. */
export async function connect(source: string | Buffer, options: ConnectionOptions): Promise<Connection> {
  const connection = new Connection(source, options);
  try {
    for (const setting of SETTINGS) await connection.pragma(setting);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** 1–30 ms, longer the longer it takes. Random, so that writers part; it decides nothing that a seed should decide. */
function pauseMs(attempt: number): number {
  return 1 + Math.random() * Math.min(29, attempt / 2);
}
