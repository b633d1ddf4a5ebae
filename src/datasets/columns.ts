import { DataError } from '../domain/errors.ts';
import type { ReaderOptions } from './format.ts';

/** Where text and labels stand in a table. Indices are from 0. */
export interface Columns {
  readonly text: number;
  readonly label: number;
  /** Cells of every row. */
  readonly width: number;
  readonly header: boolean;
}

/** Names that columns and fields go by, the likelier ones first. */
export const TEXT_NAMES = [
  'text',
  'sentence',
  'message',
  'review',
  'comment',
  'tweet',
  'question',
  'utterance',
  'content',
  'body',
  'document',
  'description',
  'текст',
];
export const LABEL_NAMES = [
  'label',
  'labels',
  'class',
  'category',
  'target',
  'intent',
  'sentiment',
  'emotion',
  'topic',
  'tags',
  'tag',
  'code',
  'метка',
  'класс',
];

/**
 * Finds the text and the label column from the options, the first row's names, or the look of the rows: of two columns the
 * one with the longer cells is the text.
 * @param rows the first rows of the table, at least one.
 * @throws {DataError} that lists the columns, when it cannot be told.
 */
export function resolveColumns(
  rows: readonly (readonly string[])[],
  options: ReaderOptions,
  path: string,
): Columns {
  const first = rows[0]!;
  const width = first.length;
  const header = options.header ?? looksLikeHeader(first, options);
  const names = header ? first.map((name) => name.trim()) : null;
  const shown = names ?? first.map((cell, i) => `${i + 1} (${JSON.stringify(cell.slice(0, 30))})`);
  if (width < 2) throw oneColumn(path, first[0] ?? '');
  const wanted = (column: string | number | undefined, known: readonly string[]): number | null =>
    column === undefined ? findKnown(names, known) : findColumn(column, names, width, shown, path);
  let label = wanted(options.labelColumn, LABEL_NAMES);
  let text = wanted(options.textColumn, TEXT_NAMES);
  if (width === 2 && text === null) text = label === null ? longerColumn(rows) : 1 - label;
  if (width === 2 && label === null && text !== null) label = 1 - text;
  if (text === null || label === null || text === label) {
    throw unclearColumns(path, text === null ? 'text' : 'label', shown);
  }
  return { text, label, width, header };
}

function looksLikeHeader(row: readonly string[], { textColumn, labelColumn }: ReaderOptions): boolean {
  const asked = [textColumn, labelColumn].filter((name) => typeof name === 'string');
  const known = new Set([...TEXT_NAMES, ...LABEL_NAMES, ...asked.map((name) => name.toLowerCase())]);
  return row.some((cell) => known.has(cell.trim().toLowerCase()) && !/^\d+$/.test(cell.trim()));
}

function findKnown(names: readonly string[] | null, known: readonly string[]): number | null {
  const lower = names?.map((name) => name.toLowerCase()) ?? [];
  const name = known.find((candidate) => lower.includes(candidate));
  return name === undefined ? null : lower.indexOf(name);
}

function findColumn(
  column: string | number,
  names: readonly string[] | null,
  width: number,
  shown: readonly string[],
  path: string,
): number {
  const name = String(column);
  const byName =
    names?.findIndex((other) => other === name || other.toLowerCase() === name.toLowerCase()) ?? -1;
  if (byName >= 0) return byName;
  const number = Number(name);
  if (Number.isInteger(number) && number >= 1 && number <= width) return number - 1;
  throw new DataError(`${path} has no column "${name}".`, {
    details: [`its columns: ${shown.join(', ')}`],
    fix: 'name one of them, or give its number from 1',
  });
}

/** Of two columns the one with the longer cells on average. */
function longerColumn(rows: readonly (readonly string[])[]): number {
  const total = (column: number): number => rows.reduce((sum, row) => sum + (row[column]?.length ?? 0), 0);
  return total(0) > total(1) ? 0 : 1;
}

function oneColumn(path: string, cell: string): DataError {
  return new DataError(`${path} has one column only; a text and a label are needed.`, {
    details: [`its first line: ${JSON.stringify(cell.slice(0, 60))}`],
    fix: 'give the right --delimiter or --data-format',
  });
}

function unclearColumns(path: string, which: 'text' | 'label', shown: readonly string[]): DataError {
  return new DataError(`${path}: it is unclear which column is the ${which}.`, {
    details: [`its columns: ${shown.join(', ')}`],
    fix: `name it with --${which}-column NAME, or give its number from 1`,
  });
}
