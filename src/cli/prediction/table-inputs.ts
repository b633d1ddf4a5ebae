import { LABEL_NAMES, TEXT_NAMES } from '../../datasets/columns.ts';
import { splitCsvRows } from '../../datasets/csv-format.ts';
import type { LineProblem, Source, TextBlock } from '../../datasets/format.ts';
import { parseLabelCell } from '../../datasets/label-cell.ts';
import type { TableBatch, TableRow } from '../../datasets/table.ts';
import { splitTsvRows } from '../../datasets/tsv-format.ts';
import { type Input, type InputBatch, type InputSource, unclearColumn } from './inputs.ts';

const SAMPLE_ROWS = 50;

/** Tab-separated lines. */
export function parseTsvRows(
  blocks: AsyncIterable<TextBlock>,
  source: InputSource,
): AsyncIterable<InputBatch> {
  return toInputs(splitTsvRows(blocks, source.options.delimiter ?? '\t'), source);
}

/** RFC 4180 records; a record is a row, whatever lines it spans. */
export function parseCsvRows(
  blocks: AsyncIterable<TextBlock>,
  source: InputSource,
): AsyncIterable<InputBatch> {
  return toInputs(splitCsvRows(blocks, tableSource(source)), source);
}

function tableSource({ name, options }: InputSource): Source {
  return { path: name, options };
}

async function* toInputs(
  batches: AsyncIterable<TableBatch>,
  source: InputSource,
): AsyncGenerator<InputBatch> {
  let columns: Columns | null = null;
  for await (const batch of batches) {
    let { rows } = batch;
    if (columns === null && rows.length > 0) {
      columns = findColumns(
        rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells),
        source,
      );
      if (columns.header) rows = rows.slice(1);
    }
    const problems: LineProblem[] = [...batch.problems];
    const inputs = columns === null ? [] : rows.map((row) => readRow(row, columns!, source, problems));
    yield { inputs, problems };
  }
}

function readRow(
  { line, cells }: TableRow,
  columns: Columns,
  source: InputSource,
  problems: LineProblem[],
): Input {
  const text = cells[columns.text];
  const blank = cells.length === 1 && cells[0]!.trim() === '';
  if (text === undefined && !blank) {
    problems.push({ line, reason: `${cells.length} columns, no text among them`, dropped: true });
  }
  const labels =
    columns.label === null ? null : parseLabelCell(cells[columns.label] ?? '', source.options.labelSeparator);
  return {
    text: text ?? (blank ? '' : null),
    labels: labels === null ? null : labels.ok ? labels.labels : [],
  };
}

interface Columns {
  readonly text: number;
  readonly label: number | null;
  readonly header: boolean;
}

/** By name, by number, or by look: the label column is the one whose cells are labels of the model. */
export function findColumns(rows: readonly (readonly string[])[], source: InputSource): Columns {
  const { textColumn, labelColumn } = source.options;
  const first = rows[0]!.map((cell) => cell.trim());
  const lower = first.map((cell) => cell.toLowerCase());
  const known = (names: readonly string[]): number =>
    lower.indexOf(names.find((name) => lower.includes(name)) ?? ' ');
  const asked = [textColumn, labelColumn].filter((column) => typeof column === 'string');
  const header =
    source.options.header ??
    (known(TEXT_NAMES) >= 0 ||
      known(LABEL_NAMES) >= 0 ||
      asked.some((name) => lower.includes(name.toLowerCase())));
  const find = (column: string | number, which: 'text' | 'label'): number => {
    const byName = header ? lower.indexOf(String(column).toLowerCase()) : -1;
    const index = byName >= 0 ? byName : Number(column) - 1;
    if (Number.isInteger(index) && index >= 0 && index < first.length) return index;
    throw unclearColumn(source, which, column, first);
  };
  const body = header ? rows.slice(1) : rows;
  const byName =
    header && known(LABEL_NAMES) >= 0 ? known(LABEL_NAMES) : looksLikeLabels(body, source.modelLabels);
  const label = labelColumn === undefined ? byName : find(labelColumn, 'label');
  const text =
    textColumn !== undefined
      ? find(textColumn, 'text')
      : header && known(TEXT_NAMES) >= 0
        ? known(TEXT_NAMES)
        : onlyOther(first.length, label);
  if (text === null) throw unclearColumn(source, 'text', undefined, first);
  return { text, label, header };
}

function onlyOther(width: number, label: number | null): number | null {
  const others = Array.from({ length: width }, (_, i) => i).filter((i) => i !== label);
  return others.length === 1 ? others[0]! : null;
}

function looksLikeLabels(rows: readonly (readonly string[])[], labels: ReadonlySet<string>): number | null {
  const width = rows[0]?.length ?? 0;
  if (width < 2) return null;
  for (let i = 0; i < width; i++) if (rows.every((cells) => labels.has(cells[i] ?? ''))) return i;
  return null;
}
