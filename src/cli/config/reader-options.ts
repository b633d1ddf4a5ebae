import type { ArgsOf, Options } from '../command.ts';
import type { Config } from './config.ts';

type ReaderConfig = Pick<Config, keyof typeof READER_OPTIONS>;

/** How a data file is read; also taken by the `dataset` commands. */
export const READER_OPTIONS = {
  dataFormat: {
    kind: 'string',
    describe: 'fasttext, csv, tsv or jsonl',
    fallback: 'by name and content',
    group: 'Data:',
  },
  textColumn: { kind: 'string', describe: 'column of the text, by name or number', group: 'Data:' },
  labelColumn: { kind: 'string', describe: 'column of the label, by name or number', group: 'Data:' },
  labelSeparator: { kind: 'string', describe: 'what stands between several labels', group: 'Data:' },
  delimiter: { kind: 'string', describe: 'what stands between columns', group: 'Data:' },
  header: { kind: 'flag', describe: 'the first row holds names (--no-header: it does not)', group: 'Data:' },
  labelPrefix: {
    kind: 'string',
    describe: 'how a label begins in a fastText file',
    fallback: '__label__',
    group: 'Data:',
  },
} as const satisfies Options;

/** A column is a name, or a number when it is all digits. */
export function parseColumn(text: string | undefined): string | number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

/** What was said of how a file is read; absent keys are the reader's to find out. */
export function readerOptionsOf(args: Partial<ArgsOf<typeof READER_OPTIONS>>): ReaderConfig {
  const { dataFormat, textColumn, labelColumn, labelSeparator, delimiter, header, labelPrefix } = args;
  const values = {
    dataFormat,
    textColumn: parseColumn(textColumn),
    labelColumn: parseColumn(labelColumn),
    labelSeparator,
    delimiter,
    header,
    labelPrefix,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
