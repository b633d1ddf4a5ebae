import type { Document } from '../domain/dataset.ts';
import { DataError } from '../domain/errors.ts';
import { LABEL_NAMES, TEXT_NAMES } from './columns.ts';
import type { Encoder, Format, LineProblem, RecordBatch, Source, TextBlock } from './format.ts';
import { parseLabelValue } from './label-cell.ts';
import { linesOf } from './text-blocks.ts';

/** `{"text": "…", "label": "x"}` or `"label": ["x", "y"]`, one object a line. */
export const jsonlFormat: Format = {
  description: '{"text": "…", "label": "x" or ["x", "y"]}, one JSON object a line',
  extensions: ['.jsonl', '.ndjson', '.json'],
  parse: parseJsonl,
  createEncoder: createJsonlEncoder,
};

interface Fields {
  readonly text: string;
  readonly label: string;
}

async function* parseJsonl(blocks: AsyncIterable<TextBlock>, source: Source): AsyncGenerator<RecordBatch> {
  let fields: Fields | null = null;
  for await (const block of blocks) {
    const documents: Document[] = [];
    const problems: LineProblem[] = [...block.problems];
    for (const [i, text] of linesOf(block).entries()) {
      const line = block.firstLine + i;
      const object = parseObject(text);
      if (typeof object === 'string') {
        if (line === 1 && text.trim().startsWith('[')) throw jsonArray(source.path);
        problems.push({ line, reason: object, dropped: true });
        continue;
      }
      fields ??= resolveFields(object, source);
      const read = readObject(object, fields, source.options.labelSeparator);
      if (typeof read === 'string') problems.push({ line, reason: read, dropped: true });
      else {
        const clean = cleanText(read.text);
        if (clean !== read.text)
          problems.push({ line, reason: 'NUL or half a character, replaced', dropped: false });
        documents.push({ text: clean, labels: read.labels });
      }
    }
    yield { documents, problems };
  }
}

function jsonArray(path: string): DataError {
  return new DataError(`${path} is one JSON array; one JSON object a line is needed.`, {
    fix: `jq -c '.[]' ${path} > data.jsonl`,
  });
}

function parseObject(line: string): Record<string, unknown> | string {
  if (line.trim() === '') return 'blank line';
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : 'no JSON object';
  } catch (error) {
    return `no JSON: ${(error as Error).message}`;
  }
}

/** The first object decides which fields count, as a header would. */
function resolveFields(object: Record<string, unknown>, { path, options }: Source): Fields {
  const keys = Object.keys(object);
  const find = (asked: string | number | undefined, known: readonly string[]): string | undefined => {
    if (asked === undefined)
      return known.flatMap((name) => keys.filter((key) => key.toLowerCase() === name))[0];
    return keys.includes(String(asked)) ? String(asked) : keys[Number(asked) - 1];
  };
  const other = (key: string | undefined): string | undefined =>
    keys.length === 2 && key !== undefined ? keys.find((name) => name !== key) : undefined;
  let text = find(options.textColumn, TEXT_NAMES);
  let label = find(options.labelColumn, LABEL_NAMES);
  if (options.textColumn === undefined) text ??= other(label);
  if (options.labelColumn === undefined) label ??= other(text);
  if (text !== undefined && label !== undefined && text !== label) return { text, label };
  const which = text === undefined ? 'text' : 'label';
  const asked = which === 'text' ? options.textColumn : options.labelColumn;
  throw new DataError(
    asked === undefined
      ? `${path}: it is unclear which field is the ${which}.`
      : `${path} has no field "${asked}" for the ${which}.`,
    {
      details: [`fields of its first object: ${keys.join(', ') || 'none'}`],
      fix: `name it with --${which}-column NAME`,
    },
  );
}

function readObject(
  object: Record<string, unknown>,
  fields: Fields,
  separator: string | undefined,
): Document | string {
  const text = Object.hasOwn(object, fields.text) ? object[fields.text] : undefined;
  if (typeof text !== 'string' && typeof text !== 'number') return `no text in field "${fields.text}"`;
  const label = parseLabelValue(
    Object.hasOwn(object, fields.label) ? object[fields.label] : undefined,
    separator,
  );
  return label.ok ? { text: String(text), labels: label.labels } : label.reason;
}

/** JSON escapes can spell NUL and half a surrogate pair, which UTF-8 text cannot hold. */
function cleanText(text: string): string {
  return text.replaceAll('\0', ' ').replace(/\p{Surrogate}/gu, '\uFFFD');
}

function createJsonlEncoder(): Encoder {
  return {
    header: '',
    encode({ text, labels }) {
      const label = labels.length === 1 ? labels[0] : labels;
      return { text: `${JSON.stringify({ text, label })}\n`, changed: false };
    },
  };
}
