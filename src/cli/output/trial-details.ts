import type { Json } from '../../domain/trial.ts';
import type { Fact } from './facts.ts';
import type { Column, RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatBytes, formatCell } from './readable.ts';
import { scoreColumn, tableSection } from './sections.ts';
import type { TableStyle } from './table.ts';

/** Details that fit on a line: numbers, texts, short objects of them. */
export function detailFacts(details: Readonly<Record<string, Json>>): Fact[] {
  return Object.entries(details)
    .filter(([name, value]) => !TOLD_ELSEWHERE.has(name) || isTable(value))
    .filter(([, value]) => value !== null && !isTable(value) && !isMatrix(value))
    .map(
      ([name, value]): Fact => [
        spaced(name),
        name.endsWith('Bytes') ? formatBytes(value as number) : formatCell(value),
      ],
    )
    .filter(([, text]) => text.length <= LONGEST_FACT);
}

/** Label names stand in the tables, the others in words of their own. */
const TOLD_ELSEWHERE = new Set(['labels', 'statistics', 'majorityBaseline', 'threshold']);

const LONGEST_FACT = 200;

/** `labelReport` → `label report`. */
function spaced(name: string): string {
  return plain(name).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A list of objects, such as the per-label report. */
function isTable(value: Json): value is readonly RowRecord[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
  );
}

/** Numbers in rows, such as a confusion matrix. */
function isMatrix(value: Json): value is readonly (readonly number[])[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => Array.isArray(row));
}

const MOST_ROWS = 20;
const WIDEST_MATRIX = 10;

/** A list or matrix among the details as a table; nothing for the others. */
export function detailSection(
  name: string,
  value: Json,
  details: Readonly<Record<string, Json>>,
  style: TableStyle,
): string {
  if (isMatrix(value)) return matrixSection(name, value, details['labels'], style);
  if (!isTable(value)) return '';
  const names = [...new Set(value.flatMap((row) => Object.keys(row)))];
  const columns = names.map((column): Column => {
    const numbers = value.some((row) => typeof row[column] === 'number');
    const isScore = /^(precision|recall|f\d)/.test(column);
    return isScore
      ? scoreColumn(column)
      : { name: column, align: numbers ? 'right' : 'left', flexible: true };
  });
  const more =
    value.length > MOST_ROWS ? `, the first ${MOST_ROWS} of ${value.length} (all with -f json)` : '';
  return tableSection(`${spaced(name)}${more}`, { rows: value.slice(0, MOST_ROWS), columns }, style);
}

/** A row a true label, a column a predicted one; a matrix of many labels is for programs only. */
function matrixSection(
  name: string,
  matrix: readonly (readonly number[])[],
  labels: Json | undefined,
  style: TableStyle,
): string {
  if (matrix.length > WIDEST_MATRIX) return '';
  const names =
    Array.isArray(labels) && labels.length === matrix.length
      ? labels.map(formatCell)
      : matrix.map((_, i) => String(i));
  const columns = names.map((title, i): Column => ({ name: String(i), title, align: 'right' }));
  return tableSection(
    `${spaced(name)}: true labels down, predicted across`,
    {
      rows: matrix.map((row, i) => ({ label: names[i]!, ...Object.fromEntries(row.entries()) })),
      columns: [{ name: 'label', title: '' }, ...columns],
    },
    style,
  );
}
