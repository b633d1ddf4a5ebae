import { LABEL_NAMES, TEXT_NAMES } from '../../datasets/columns.ts';
import { DEFAULT_LABEL_PREFIX, type LineProblem, type TextBlock } from '../../datasets/format.ts';
import { parseLabelValue } from '../../datasets/label-cell.ts';
import { linesOf } from '../../datasets/text-blocks.ts';
import { type Input, type InputBatch, type InputSource, unclearColumn } from './inputs.ts';

/** One text a line; in fastText format the words with the label prefix are taken out and become the true labels. */
export async function* parseLines(
  blocks: AsyncIterable<TextBlock>,
  format: 'text' | 'fasttext',
  { options }: InputSource,
): AsyncGenerator<InputBatch> {
  const prefix = options.labelPrefix ?? DEFAULT_LABEL_PREFIX;
  const read = format === 'text' ? (text: string): Input => ({ text, labels: null }) : labelledLine(prefix);
  for await (const block of blocks) yield { inputs: linesOf(block).map(read), problems: block.problems };
}

/** Words are parted by ASCII blanks, as fastText does; the rest of the line stays as it is. */
function labelledLine(prefix: string): (line: string) => Input {
  const word = new RegExp(
    `(?<![^ \\t\\v\\f\\r])${escapeRegExp(prefix)}[^ \\t\\v\\f\\r]*[ \\t\\v\\f\\r]*`,
    'g',
  );
  return (line) => {
    if (!line.includes(prefix)) return { text: line, labels: [] };
    const labels = new Set<string>();
    const text = line.replace(word, (match) => {
      labels.add(match.trimEnd().slice(prefix.length));
      return '';
    });
    return { text, labels: [...labels] };
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A JSON object a line; the first one decides which fields hold text and label. */
export async function* parseJsonLines(
  blocks: AsyncIterable<TextBlock>,
  source: InputSource,
): AsyncGenerator<InputBatch> {
  let fields: Fields | null = null;
  for await (const block of blocks) {
    const problems: LineProblem[] = [...block.problems];
    const inputs = linesOf(block).map((line, i): Input => {
      const value = parseJson(line);
      if (value === null) {
        // An empty line is an empty text, as in a text file.
        if (line.trim() === '') return { text: '', labels: null };
        problems.push({ line: block.firstLine + i, reason: 'no JSON', dropped: true });
        return { text: null, labels: null };
      }
      if (typeof value === 'string') return { text: value, labels: null };
      fields ??= findFields(value, source);
      const text = value[fields.text];
      if (typeof text !== 'string') {
        problems.push({ line: block.firstLine + i, reason: `no text in "${fields.text}"`, dropped: true });
        return { text: null, labels: null };
      }
      return { text, labels: readLabels(value, fields, source) };
    });
    yield { inputs, problems };
  }
}

interface Fields {
  readonly text: string;
  readonly label: string | null;
}

/** An object or a bare string; null for anything else. */
function parseJson(line: string): Record<string, unknown> | string | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'string') return value;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function findFields(object: Record<string, unknown>, source: InputSource): Fields {
  const { textColumn, labelColumn } = source.options;
  const keys = Object.keys(object);
  const known = (names: readonly string[]): string | undefined =>
    names.flatMap((name) => keys.filter((key) => key.toLowerCase() === name))[0];
  const asked = (column: string | number): string | undefined =>
    keys.includes(String(column)) ? String(column) : keys[Number(column) - 1];
  const label = labelColumn === undefined ? known(LABEL_NAMES) : asked(labelColumn);
  if (labelColumn !== undefined && label === undefined)
    throw unclearColumn(source, 'label', labelColumn, keys);
  const strings = keys.filter((key) => typeof object[key] === 'string' && key !== label);
  const only = strings.length === 1 ? strings[0] : undefined;
  const text = textColumn === undefined ? (known(TEXT_NAMES) ?? only) : asked(textColumn);
  if (text === undefined) throw unclearColumn(source, 'text', textColumn, keys);
  return { text, label: label ?? null };
}

function readLabels(
  object: Record<string, unknown>,
  { label }: Fields,
  { options }: InputSource,
): readonly string[] | null {
  if (label === null) return null;
  const cell = parseLabelValue(object[label], options.labelSeparator);
  return cell.ok ? cell.labels : [];
}
