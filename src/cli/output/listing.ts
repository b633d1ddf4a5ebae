import { UsageError } from '../../domain/errors.ts';
import type { Json } from '../../domain/trial.ts';
import { renderCsv } from './csv.ts';
import { escapeControls } from './escape-controls.ts';
import type { Format } from './io.ts';
import { plain } from './plain.ts';
import { formatCell } from './readable.ts';
import { renderTable, type TableStyle, type Tint } from './table.ts';
import { renderYaml } from './yaml.ts';

/** What a listing's row is outside of tables: plain JSON with stable keys. NaN and infinities print as null. */
export type RowRecord = { readonly [key: string]: Json };

export interface Column {
  /** For `--columns`, the CSV header and, in capitals, the table's. A path into the record (`params.lr`) or a name of its own. */
  readonly name: string;
  /** The value, where the name is no path into the record. */
  readonly value?: (row: RowRecord) => Json | undefined;
  /** The value as a table shows it; must return harmless text. Default: {@link formatCell}. */
  readonly show?: (value: Json, row: RowRecord) => string;
  /** The table's title, where it is not the name in capitals. */
  readonly title?: string;
  readonly align?: 'left' | 'right';
  /** May be cut to fit the terminal. */
  readonly flexible?: boolean;
  /** The colour of a table cell, by its text. */
  readonly tint?: (cell: string) => Tint | null;
}

/** Rows and the columns to show them by: everything that `-f` prints goes through one of these. */
export interface Listing {
  readonly rows: readonly RowRecord[];
  /** Of the table. */
  readonly columns: readonly Column[];
  /** Of CSV, where it shows more than the table (one column a parameter). */
  readonly csvColumns?: readonly Column[];
  /** One document instead of a list: JSON and YAML print the only row itself. */
  readonly single?: boolean;
}

export interface RenderOptions {
  readonly format: Format;
  /** `--columns`: these, in this order; null: the listing's own. */
  readonly columns: readonly string[] | null;
  readonly style: TableStyle;
}

/** The listing as text that ends with a line feed (an empty CSV or table still has its header). */
export function renderListing(listing: Listing, { format, columns, style }: RenderOptions): string {
  const chosen = columns === null ? null : pickColumns(listing, columns);
  switch (format) {
    case 'json':
      return `${renderJson(toDocument(listing, chosen))}\n`;
    case 'yaml':
      return renderYaml(toDocument(listing, chosen));
    case 'csv': {
      const shown = chosen ?? listing.csvColumns ?? listing.columns;
      return renderCsv(
        shown.map((column) => column.name),
        listing.rows.map((row) => shown.map((column) => finite(readColumn(column, row) ?? null))),
      );
    }
    case 'table': {
      const shown = chosen ?? listing.columns;
      return renderTable(
        shown.map((column) => ({ ...column, title: column.title ?? plain(column.name).toUpperCase() })),
        listing.rows.map((row) => shown.map((column) => showCell(column, row, style.ascii))),
        style,
      );
    }
  }
}

/** JSON text with an indent of two; NaN and infinities become null, all control characters are escaped. */
export function renderJson(value: Json): string {
  return escapeControls(JSON.stringify(value, null, 2));
}

function toDocument(listing: Listing, chosen: readonly Column[] | null): Json {
  const rows = chosen === null ? listing.rows : listing.rows.map((row) => project(row, chosen));
  return listing.single ? (rows[0] ?? null) : rows;
}

function project(row: RowRecord, columns: readonly Column[]): RowRecord {
  return Object.fromEntries(columns.map((column) => [column.name, readColumn(column, row) ?? null]));
}

function showCell(column: Column, row: RowRecord, ascii: boolean): string {
  const value = readColumn(column, row) ?? null;
  if (value === null) return ascii ? '-' : formatCell(null);
  return column.show === undefined ? formatCell(value) : column.show(value, row);
}

function readColumn(column: Column, row: RowRecord): Json | undefined {
  return column.value ? column.value(row) : readPath(row, column.name);
}

/** The value at a dotted path; a key that holds a dot itself (`metrics.f0.5`) is found as well. */
export function readPath(record: Json, path: string): Json | undefined {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
  const object = record as RowRecord;
  if (Object.hasOwn(object, path)) return object[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(object, head)) continue;
    const value = readPath(object[head]!, path.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The columns named by `--columns`: declared ones, paths into a record, or the unique end of a path (`lr` for `params.lr`). */
function pickColumns(listing: Listing, names: readonly string[]): Column[] {
  const declared = [...listing.columns, ...(listing.csvColumns ?? [])];
  const paths = collectPaths(listing.rows);
  return names.map((name) => {
    const column = declared.find((candidate) => candidate.name === name);
    if (column) return column;
    if (paths.has(name)) return { name };
    const matches = [...paths].filter((path) => path.endsWith(`.${name}`));
    if (matches.length === 1) return { name, value: (row) => readPath(row, matches[0]!) };
    if (listing.rows.length === 0) return { name };
    throw unknownColumn(name, matches, [...new Set([...declared.map((known) => known.name), ...paths])]);
  });
}

function unknownColumn(name: string, matches: readonly string[], known: readonly string[]): UsageError {
  if (matches.length > 1) {
    return new UsageError(`--columns: "${name}" is ambiguous.`, { fix: `write ${matches.join(' or ')}` });
  }
  return new UsageError(`--columns: there is no column "${name}".`, {
    details: [`there are: ${known.join(', ')}`],
  });
}

function collectPaths(rows: readonly RowRecord[]): Set<string> {
  const paths = new Set<string>();
  const visit = (value: RowRecord, prefix: string): void => {
    for (const [key, inner] of Object.entries(value)) {
      paths.add(prefix + key);
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        visit(inner as RowRecord, `${prefix}${key}.`);
      }
    }
  };
  for (const row of rows) visit(row, '');
  return paths;
}

function finite(value: Json): Json {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
