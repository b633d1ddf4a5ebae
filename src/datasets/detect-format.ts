import { DataError } from '../domain/errors.ts';
import { sniffDelimiter } from './csv-format.ts';
import { DEFAULT_LABEL_PREFIX, type ReaderOptions } from './format.ts';
import { FORMAT_NAMES, type FormatName, formatOfName } from './formats.ts';

/** Enough to see a pattern. */
const LOOKED_AT_LINES = 20;

/**
 * The format of a file by its first lines and its name. Lines that begin with the label prefix and lines that are JSON
 * objects are certain whatever the name; for tables the name counts first.
 * @param head the first lines, whole.
 * @throws {DataError} with the line that could not be placed.
 */
export function detectFormat(path: string, head: string, options: ReaderOptions): FormatName {
  const lines = head
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, LOOKED_AT_LINES);
  if (lines.length === 0) {
    throw new DataError(`${path} holds blank lines only.`, {
      fix: 'give a file with one labelled text a line',
    });
  }
  const prefix = options.labelPrefix ?? DEFAULT_LABEL_PREFIX;
  const half = lines.length / 2;
  const named = formatOfName(path);
  const isLabelled = (line: string): boolean =>
    startsWithLabel(line, prefix) && (named === 'fasttext' || !isCell(line));
  if (lines.filter(isLabelled).length >= half) return 'fasttext';
  if (/^\s*\[/.test(lines[0]!) && path.endsWith('.json')) return 'jsonl';
  if (lines.filter(isJsonObject).length >= half) return 'jsonl';
  if (named !== null && named !== 'fasttext') return named;
  return detectTable(lines) ?? failToDetect(path, lines[0]!);
}

function startsWithLabel(line: string, prefix: string): boolean {
  return line.trimStart().startsWith(prefix);
}

/** `__label__a,text …` is rather a table whose cells begin with the prefix. */
function isCell(line: string): boolean {
  return /^\s*[^\s,;|]*[,;|]/.test(line);
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Tabs in every line make TSV; another delimiter in every line makes CSV. */
function detectTable(lines: readonly string[]): FormatName | null {
  if (lines.every((line) => line.includes('\t'))) return 'tsv';
  const delimiter = sniffDelimiter(lines.join('\n'));
  // A comma in every line is common in prose: a table has the same number of them in each.
  const counts = new Set(lines.map((line) => line.replace(/"(?:[^"]|"")*"/g, '').split(delimiter).length));
  return counts.size === 1 && !counts.has(1) ? 'csv' : null;
}

function failToDetect(path: string, line: string): never {
  throw new DataError(`The format of ${path} is unclear.`, {
    details: [`its first line: ${JSON.stringify(line.slice(0, 80))}`, `formats: ${FORMAT_NAMES.join(', ')}`],
    fix: 'name it with --data-format; lines with a label prefix other than __label__ need --label-prefix',
  });
}
