import { setTimeout as sleep } from 'node:timers/promises';
import Driver from 'better-sqlite3';
import { StorageError } from '../../domain/errors.ts';
import { createTurns } from '../../domain/turns.ts';
import { createSchema } from '../schema.ts';
import type { Database, Durability, Sql, SqlRow, SqlValue } from '../sql.ts';
import { Checkpointer, LOG_SIZE_LIMIT, SMALL_FRAMES } from './checkpoint.ts';
import { explainFailure, isBusy } from './failures.ts';
import { describeLockHolders } from './lock-holders.ts';
import { LogFile } from './log-file.ts';
import { SQLITE_SCHEMA } from './schema.ts';

export interface ConnectionOptions {
  /** For messages. */
  readonly shown: string;
  /** How long another process's lock is waited for. */
  readonly lockTimeoutMs: number;
  /** One durability for everything, against what the operations ask for; only benchmarks want that. */
  readonly durability?: Durability;
}

/**
 * One SQLite connection whose statements run at once, whatever promises wrap them: a transaction waits for nothing, so
 * it holds the lock no longer than its statements take. SQLite's own busy wait is off, because it would block the event
 * loop for seconds and lets writers starve. A busy database is tried again after a short random pause instead.
 *
 * Commits are `synchronous=NORMAL`, which writes the log but leaves it to the kernel to bring it to the disk. A
 * commit that must survive a power cut is followed by our own fdatasync of the log: what SQLite does under FULL, but
 * after the write lock is given back and off the event loop, so that nobody waits for somebody else's disk. For the same
 * reason the log is folded into the database by a {@link Checkpointer}, not by SQLite inside a commit.
 */
export class Connection implements Database, Sql {
  readonly shown: string;
  private readonly db: Driver.Database;
  private readonly lockTimeoutMs: number;
  private readonly forced: Durability | undefined;
  private readonly statements = new Map<string, Driver.Statement<SqlValue[]>>();
  private readonly log: LogFile;
  private readonly checkpointer: Checkpointer;
  private written = 0;
  /** A connection has one transaction at a time. */
  private readonly takeTurn = createTurns();

  constructor(source: string | Buffer, { shown, lockTimeoutMs, durability }: ConnectionOptions) {
    this.shown = shown;
    this.lockTimeoutMs = lockTimeoutMs;
    this.forced = durability;
    this.db = new Driver(source, { timeout: 0 });
    this.log = new LogFile(this.db.name);
    this.checkpointer = new Checkpointer(this.db.name, this.log);
  }

  /** One immediate transaction. */
  async write<T>(durability: Durability, body: (sql: Sql) => Promise<T>): Promise<T> {
    const result = await this.retry(() => this.takeTurn(() => this.transact('BEGIN IMMEDIATE', body)));
    this.written++;
    if ((this.forced ?? durability) === 'full') await this.syncLog();
    this.checkpointer.onCommit();
    return result;
  }

  read<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    return this.retry(() => this.takeTurn(() => this.transact('BEGIN', body)));
  }

  /** Runs a statement that must stand outside transactions, with the same patience. */
  pragma(text: string): Promise<unknown> {
    return this.retry(async () => this.db.pragma(text, { simple: true }));
  }

  async changeCounter(): Promise<string> {
    return `${this.db.pragma('data_version', { simple: true })}:${this.written}`;
  }

  /** Leaves a file that Optuna made as it is until it is written to. */
  async prepare(): Promise<void> {
    // Stays in the file. Outside a transaction, and busy while anybody else opens it for the first time.
    const mode = await this.pragma('journal_mode = WAL');
    if (mode !== 'wal') {
      throw new StorageError(`${this.shown} cannot keep a write-ahead log where it lies (${mode}).`, {
        fix: 'move it to a local disk',
      });
    }
    await this.write('full', (sql) => createSchema(sql, this.shown, SQLITE_SCHEMA));
  }

  findDamage(): Promise<string[]> {
    return this.read(async (sql) => {
      const checks = await sql.all<{ integrity_check: string }>('PRAGMA integrity_check');
      const broken = await sql.all<{ table: string; rowid: number }>('PRAGMA foreign_key_check');
      return [
        ...checks.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
        ...broken.map(({ table, rowid }) => `row ${rowid} of ${table} refers to nothing`),
      ];
    });
  }

  async run(statement: string, ...values: SqlValue[]): Promise<number> {
    return this.statement(statement).run(...values).changes;
  }

  async get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return this.statement(statement).get(...values) as Row | undefined;
  }

  async all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    return this.statement(statement).all(...values) as Row[];
  }

  async rows<Row extends SqlRow>(statement: string, ...values: SqlValue[]): Promise<Row[]> {
    return this.statement(statement, true).all(...values) as unknown as Row[];
  }

  async script(statements: string): Promise<void> {
    this.db.exec(statements);
  }

  /** Moves what was written from the log into the database file, as far as other readers allow, and closes. */
  async close(): Promise<void> {
    if (!this.db.open) return;
    try {
      const isLong = this.written > 0 && (await this.log.reaches(SMALL_FRAMES).catch(() => false));
      await this.checkpointer.close(isLong && !(await this.isBusyElsewhere()));
      await this.log.close();
      if (this.written > 0 && !isLong) this.db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Somebody else is reading or writing: the last one to close does it.
      if (!isBusy(error)) throw explainFailure(error, this.shown);
    } finally {
      this.db.close();
    }
  }

  /** Whether others go on writing. Of a crowd that closes each would hold up all; the last one does it for them. */
  private async isBusyElsewhere(): Promise<boolean> {
    try {
      const before = await this.changeCounter();
      await sleep(LOOK_FOR_OTHERS_MS);
      return (await this.changeCounter()) !== before;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    }
  }

  private statement(text: string, raw = false): Driver.Statement<SqlValue[]> {
    const key = raw ? `raw ${text}` : text;
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = this.db.prepare<SqlValue[]>(text);
      if (raw) statement.raw(true);
      this.statements.set(key, statement);
    }
    return statement;
  }

  private async syncLog(): Promise<void> {
    try {
      await this.log.sync();
    } catch (cause) {
      throw new StorageError(`${this.shown}: what was written could not be brought to the disk.`, {
        details: [(cause as Error).message],
        fix: 'check the disk; the last change may be lost in a power cut',
        cause,
      });
    }
  }

  private async transact<T>(begin: string, body: (sql: Sql) => Promise<T>): Promise<T> {
    this.statement(begin).run();
    try {
      const result = await body(this);
      this.statement('COMMIT').run();
      return result;
    } catch (error) {
      // A full disk or an I/O error has rolled back already.
      if (this.db.inTransaction) this.statement('ROLLBACK').run();
      throw error;
    }
  }

  private async retry<T>(act: () => Promise<T>): Promise<T> {
    const start = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        if (!isBusy(error)) throw explainFailure(error, this.shown);
        const waitedMs = performance.now() - start;
        if (waitedMs > this.lockTimeoutMs) throw await this.lockedError(waitedMs, error);
      }
      await sleep(pauseMs(attempt, performance.now() - start));
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

/** Somebody who writes at all commits in less. */
const LOOK_FOR_OTHERS_MS = 50;

const SETTINGS = [
  'synchronous = NORMAL',
  // Folded by the checkpointer, never inside a commit.
  'wal_autocheckpoint = 0',
  `journal_size_limit = ${LOG_SIZE_LIMIT}`,
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

/**
 * 1–100 ms, longer from try to try: each try reads the log's index and takes a read lock first, so a crowd that tries too often
 * keeps itself from working. Shorter again for whoever has waited long, or newcomers would always be before them. Random, so that writers part; it decides
 * nothing that a seed should decide.
 */
function pauseMs(attempt: number, waitedMs: number): number {
  return 1 + Math.random() * Math.min(waitedMs < LONG_WAIT_MS ? 100 : 20, 2 ** attempt);
}

const LONG_WAIT_MS = 500;
