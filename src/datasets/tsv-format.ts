import type { Encoder, Format, ReaderOptions, RecordBatch, Source, TextBlock } from './format.ts';
import { encodeLabelCell } from './label-cell.ts';
import { readTable, type TableBatch } from './table.ts';
import { linesOf } from './text-blocks.ts';

/**
 * Tab-separated lines. Most such files don't quote, and texts that begin with a quotation mark are common in them, so a
 * cell is unquoted only when it is quoted as a whole and its inner quotes are doubled; a line is always a row.
 */
export const tsvFormat: Format = {
  description: 'tab-separated columns, one document a line',
  extensions: ['.tsv', '.tab'],
  parse: parseTsv,
  createEncoder: createTsvEncoder,
};

function parseTsv(blocks: AsyncIterable<TextBlock>, source: Source): AsyncIterable<RecordBatch> {
  return readTable(splitTsvRows(blocks, source.options.delimiter ?? '\t'), source);
}

/** Lines as rows, cells unquoted where they are quoted as a whole. */
export async function* splitTsvRows(
  blocks: AsyncIterable<TextBlock>,
  delimiter: string,
): AsyncGenerator<TableBatch> {
  for await (const block of blocks) {
    const rows = linesOf(block).map((line, i) => ({
      line: block.firstLine + i,
      cells: line.split(delimiter).map(unquoteCell),
    }));
    yield { rows, problems: block.problems };
  }
}

const WHOLLY_QUOTED = /^"((?:[^"]|"")*)"$/;

function unquoteCell(cell: string): string {
  if (!cell.startsWith('"')) return cell;
  const inner = WHOLLY_QUOTED.exec(cell)?.[1];
  return inner === undefined ? cell : inner.replaceAll('""', '"');
}

/** Tabs and line breaks become a space: the format has no way to hold them. */
function createTsvEncoder({ labelSeparator, delimiter = '\t' }: ReaderOptions): Encoder {
  const encodeCell = (cell: string): string => {
    const safe = cell.replaceAll(delimiter, ' ').replace(/[\n\r]+/g, ' ');
    return WHOLLY_QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return {
    header: `text${delimiter}label\n`,
    encode({ text, labels }) {
      const label = encodeLabelCell(labels, labelSeparator);
      const cells = [text, label].map(encodeCell);
      const changed = /[\n\r]/.test(text + label) || (text + label).includes(delimiter);
      return { text: `${cells.join(delimiter)}\n`, changed };
    },
  };
}
