/** A value that a statement takes or gives. */
export type SqlValue = string | number | null;
export type SqlRow = readonly SqlValue[];

/**
 * What the queries of this folder need of a database; only valid inside the transaction that hands it out. Every call
 * is awaited before the next one is made. Statements are SQLite's, with `?` for values; another database translates.
 */
export interface Sql {
  /** @returns the number of rows changed. */
  run(statement: string, ...values: SqlValue[]): Promise<number>;
  /** The first row as an object, or undefined. */
  get<Row>(statement: string, ...values: SqlValue[]): Promise<Row | undefined>;
  all<Row>(statement: string, ...values: SqlValue[]): Promise<Row[]>;
  /** All rows as arrays, columns in the statement's order: for the large reads. */
  rows<Row extends SqlRow>(statement: string, ...values: SqlValue[]): Promise<Row[]>;
  /** Several statements without values. */
  script(statements: string): Promise<void>;
}

/** What a power cut may cost: `full` nothing that was committed, `normal` the last commits (never consistency). */
export type Durability = 'full' | 'normal';

/** One client of a database: transactions, one after another. */
export interface Database {
  /** For messages; without passwords. */
  readonly shown: string;
  /**
   * One transaction that may write; nobody else's writes come between its statements and what they saw. `body` may
   * run again (a busy database, a lost connection), so it must do nothing but SQL, and await nothing else.
   */
  write<T>(durability: Durability, body: (sql: Sql) => Promise<T>): Promise<T>;
  /** One short read transaction: everything `body` reads is of the same moment. */
  read<T>(body: (sql: Sql) => Promise<T>): Promise<T>;
  /** Changes with every commit of anybody; to be asked inside a transaction. */
  changeCounter(): Promise<string>;
  /** Makes the tables where they are missing; before the first write only. */
  prepare(): Promise<void>;
  /** What the database itself finds damaged, one line each. */
  findDamage(): Promise<string[]>;
  close(): Promise<void>;
}
