/** A value that a statement takes or gives. */
export type SqlValue = string | number | null;
export type SqlRow = readonly SqlValue[];

/** What the queries of this folder need of a database; only valid inside the transaction that hands it out. */
export interface Sql {
  /** @returns the number of rows changed. */
  run(statement: string, ...values: SqlValue[]): number;
  /** The first row as an object, or undefined. */
  get<Row>(statement: string, ...values: SqlValue[]): Row | undefined;
  all<Row>(statement: string, ...values: SqlValue[]): Row[];
  /** All rows as arrays, columns in the statement's order: for the large reads. */
  rows<Row extends SqlRow>(statement: string, ...values: SqlValue[]): Row[];
  /** Several statements without values. */
  script(statements: string): void;
}

/** What a power cut may cost: `full` nothing that was committed, `normal` the last commits (never consistency). */
export type Durability = 'full' | 'normal';
