import { finished } from 'node:stream/promises';
import { DataError } from '../domain/errors.ts';
import type { Encoder, Format, ReaderOptions, RecordBatch, Source, TextBlock } from './format.ts';
import { encodeLabelCell } from './label-cell.ts';
import { readTable, type TableBatch, type TableRow } from './table.ts';

/** RFC 4180: quoted cells may hold delimiters, doubled quotes and line breaks. */
export const csvFormat: Format = {
  description: 'comma-separated columns (RFC 4180; semicolon, tab and bar are recognised too)',
  extensions: ['.csv'],
  parse: parseCsv,
  createEncoder: createCsvEncoder,
};

/** A record beyond this is a quote that was never closed. */
const MAX_RECORD_CHARS = 4 << 20;

function parseCsv(blocks: AsyncIterable<TextBlock>, source: Source): AsyncIterable<RecordBatch> {
  return readTable(splitCsvRows(blocks, source), source);
}

/** RFC 4180 records as rows, whatever lines they span; `path` is for messages. @throws {DataError} for an endless quote. */
export async function* splitCsvRows(
  blocks: AsyncIterable<TextBlock>,
  source: Source,
): AsyncGenerator<TableBatch> {
  // Loaded here, so that a trial on fastText lines never pays for it.
  const { Parser } = await import('csv-parse');
  let parser: InstanceType<typeof Parser> | null = null;
  let rows: TableRow[] = [];
  let nextLine = 1;
  let unclosed: Error | null = null;
  for await (const block of blocks) {
    parser ??= new Parser({
      delimiter: source.options.delimiter ?? sniffDelimiter(block.text),
      record_delimiter: '\n',
      relax_column_count: true,
      // A quote inside an unquoted cell (5" pipe) is text.
      relax_quotes: true,
      max_record_size: MAX_RECORD_CHARS,
      // Records are taken here, not through the readable side: that keeps a write synchronous and fast.
      on_record: (cells: string[], { lines }: { lines: number }) => {
        rows.push({ line: nextLine, cells });
        nextLine = lines + 1;
        return null;
      },
    })
      .on('error', (error) => {
        unclosed = error;
      })
      .resume();
    parser.write(block.text);
    if (unclosed) throw unclosedQuote(source.path, nextLine, unclosed);
    yield { rows, problems: block.problems };
    rows = [];
  }
  if (parser === null) return;
  parser.end();
  await finished(parser).catch((error) => {
    throw unclosedQuote(source.path, nextLine, error);
  });
  yield { rows, problems: [] };
}

function unclosedQuote(path: string, line: number, cause: unknown): DataError {
  return new DataError(`${path}:${line}: a quoted cell that begins here never ends.`, {
    fix: "close or double the quotation mark, or use --data-format tsv --delimiter ',' where quotes are plain text",
    cause,
  });
}

/** The delimiter that most of the first records agree on: the one with the highest least count. Comma if none occurs. */
export function sniffDelimiter(text: string): string {
  const candidates = [',', ';', '\t', '|'];
  const counts = firstRecords(text, 20).map((record) =>
    candidates.map((candidate) => record.split(candidate).length - 1),
  );
  const least = candidates.map((_, i) => Math.min(...counts.map((count) => count[i]!)));
  const best = Math.max(...least);
  return best > 0 ? candidates[least.indexOf(best)]! : ',';
}

/** The first records with their quoted cells emptied. */
function firstRecords(text: string, limit: number): string[] {
  const plain = text.slice(0, 1 << 16).replace(/"(?:[^"]|"")*"/g, '');
  const records = plain.split('\n', limit + 1).filter((record) => record.trim() !== '');
  return records.length > limit ? records.slice(0, limit) : records;
}

function createCsvEncoder({ labelSeparator, delimiter = ',' }: ReaderOptions): Encoder {
  const mustQuote = (cell: string): boolean => /["\n\r]|^\s|\s$/.test(cell) || cell.includes(delimiter);
  const encodeCell = (cell: string): string => (mustQuote(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return {
    header: `text${delimiter}label\n`,
    encode: ({ text, labels }) => ({
      text: `${encodeCell(text)}${delimiter}${encodeCell(encodeLabelCell(labels, labelSeparator))}\n`,
      // With a separator, a label that contains it would come back as two.
      changed: labelSeparator !== undefined && labels.some((label) => label.includes(labelSeparator)),
    }),
  };
}
