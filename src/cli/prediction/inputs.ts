import type { LineProblem, ReaderOptions, TextBlock } from '../../datasets/format.ts';
import { FORMAT_NAMES, formatOfName } from '../../datasets/formats.ts';
import { readBlocks } from '../../datasets/text-blocks.ts';
import { DataError, UsageError } from '../../domain/errors.ts';
import { plain } from '../output/plain.ts';
import type { InputBytes } from './input-bytes.ts';
import { parseJsonLines, parseLines } from './line-inputs.ts';
import { parseCsvRows, parseTsvRows } from './table-inputs.ts';

/** A text to label. */
export interface Input {
  /** Null where the line could not be read: it still gets its row. */
  readonly text: string | null;
  /** Its true labels; null where the input carries none. */
  readonly labels: readonly string[] | null;
}

export interface InputBatch {
  readonly inputs: readonly Input[];
  readonly problems: readonly LineProblem[];
}

/** What a parser of inputs may need to know. */
export interface InputSource {
  /** For messages. */
  readonly name: string;
  readonly options: ReaderOptions;
  /** The model's labels: they tell which column of a table without names holds labels. */
  readonly modelLabels: ReadonlySet<string>;
}

/** `text` is one text a line, taken as it is; the others are the formats of data sets. */
export const INPUT_FORMATS = ['text', ...FORMAT_NAMES] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/**
 * The texts of an input in order, one for each line (or record of a CSV file), in bounded memory. What cannot be read
 * comes as a null text and a problem, so that rows never shift.
 * @param format null: by the file's name, then by its first lines
 */
export async function* readInputs(
  bytes: InputBytes,
  path: string,
  format: InputFormat | null,
  source: InputSource,
): AsyncGenerator<InputBatch> {
  const blocks = readBlocks(bytes.chunks, source.name);
  const first = await blocks.next();
  if (first.done) return;
  const chosen = format ?? detectFormat(path, first.value.text, source.options);
  yield* parse(chain(first.value, blocks), chosen, source);
}

function parse(
  blocks: AsyncIterable<TextBlock>,
  format: InputFormat,
  source: InputSource,
): AsyncIterable<InputBatch> {
  switch (format) {
    case 'text':
    case 'fasttext':
      return parseLines(blocks, format, source);
    case 'jsonl':
      return parseJsonLines(blocks, source);
    case 'csv':
      return parseCsvRows(blocks, source);
    case 'tsv':
      return parseTsvRows(blocks, source);
  }
}

async function* chain(first: TextBlock, rest: AsyncIterable<TextBlock>): AsyncGenerator<TextBlock> {
  yield first;
  yield* rest;
}

/** A name such as `.csv` decides; else JSON objects and label prefixes are looked for in the first lines. */
export function detectFormat(path: string, sample: string, options: ReaderOptions): InputFormat {
  const named = formatOfName(path);
  if (named !== null && named !== 'fasttext') return named;
  if (options.textColumn !== undefined) {
    throw new UsageError('--text-column needs a table or JSON lines', {
      fix: '--data-format csv, tsv or jsonl',
    });
  }
  const lines = sample.split('\n', 100).filter((line) => line.trim() !== '');
  const prefix = options.labelPrefix ?? '__label__';
  if (lines.filter((line) => line.trimStart().startsWith(prefix)).length * 2 > lines.length)
    return 'fasttext';
  return lines.length > 0 && lines.every(isJsonObject) ? 'jsonl' : 'text';
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** A format by its name. @throws {UsageError} */
export function parseInputFormat(name: string | undefined): InputFormat | null {
  if (name === undefined) return null;
  const format = INPUT_FORMATS.find((known) => known === name);
  if (format) return format;
  throw new UsageError(`--data-format "${plain(name)}" is not known`, {
    details: [`known: ${INPUT_FORMATS.join(', ')}`],
  });
}

/** Raised by parsers when a column or field cannot be told. */
export function unclearColumn(
  source: InputSource,
  which: 'text' | 'label',
  asked: string | number | undefined,
  known: readonly string[],
): DataError {
  const problem =
    asked === undefined ? `it is unclear which column is the ${which}` : `there is no column "${asked}"`;
  return new DataError(`${source.name}: ${problem}.`, {
    details: [
      `its columns: ${known.map((name, i) => `${i + 1} ${JSON.stringify(name.slice(0, 30))}`).join(', ')}`,
    ],
    fix: `--${which}-column NAME, or its number from 1`,
  });
}
