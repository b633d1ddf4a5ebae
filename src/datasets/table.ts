import type { Document } from '../domain/dataset.ts';
import { type Columns, resolveColumns } from './columns.ts';
import type { LineProblem, RecordBatch, Source } from './format.ts';
import { parseLabelCell } from './label-cell.ts';

/** A row of a table and the line it begins on. */
export interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface TableBatch {
  readonly rows: readonly TableRow[];
  readonly problems: readonly LineProblem[];
}

/** So many rows are looked at before it is decided which columns are text and label. */
const SAMPLE_ROWS = 50;

/** Turns rows into documents: what CSV and TSV share. */
export async function* readTable(
  batches: AsyncIterable<TableBatch>,
  { path, options }: Source,
): AsyncGenerator<RecordBatch> {
  let columns: Columns | null = null;
  for await (const batch of batches) {
    let rows = batch.rows;
    // Blocks are far larger than the sample, so the first batch with rows is enough to decide by.
    if (columns === null && rows.some(hasContent)) {
      const sample = rows.filter(hasContent).slice(0, SAMPLE_ROWS);
      columns = resolveColumns(
        sample.map((row) => row.cells),
        options,
        path,
      );
      if (columns.header) rows = rows.slice(rows.findIndex(hasContent) + 1);
    }
    yield columns === null
      ? { documents: [], problems: batch.problems }
      : readRows(rows, columns, batch, options);
  }
}

function hasContent(row: TableRow): boolean {
  return row.cells.length > 1 || row.cells[0]?.trim() !== '';
}

function readRows(
  rows: readonly TableRow[],
  columns: Columns,
  batch: TableBatch,
  { labelSeparator }: Source['options'],
): RecordBatch {
  const documents: Document[] = [];
  const problems: LineProblem[] = [...batch.problems];
  for (const row of rows) {
    const read = readRow(row.cells, columns, labelSeparator);
    if (typeof read === 'string') problems.push({ line: row.line, reason: read, dropped: true });
    else documents.push(read);
  }
  return { documents, problems };
}

function readRow(
  cells: readonly string[],
  columns: Columns,
  separator: string | undefined,
): Document | string {
  if (cells.length === 1 && cells[0]!.trim() === '') return 'blank line';
  if (cells.length !== columns.width)
    return `${cells.length} columns where the first row has ${columns.width}`;
  const label = parseLabelCell(cells[columns.label]!, separator);
  return label.ok ? { text: cells[columns.text]!, labels: label.labels } : label.reason;
}
