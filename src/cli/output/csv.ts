import type { Json } from '../../domain/trial.ts';

/** RFC 4180 with a header line. Line feeds end the lines (as every Unix tool expects); values are not changed. */
export function renderCsv(header: readonly string[], rows: readonly (readonly Json[])[]): string {
  return [header, ...rows].map((cells) => csvLine(cells)).join('');
}

/** One line, its line feed included. Null is empty; lists and objects are JSON in a field. */
export function csvLine(cells: readonly Json[]): string {
  return `${cells.map(csvField).join(',')}\n`;
}

/**
 * A text that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, tab or return in front), made harmless by an
 * apostrophe as OWASP advises. It changes the value: only where `--csv-safe` asks for it.
 */
export function guardFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function csvField(value: Json): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
