import type { Document } from '../domain/dataset.ts';

/** How a file is to be read. What is left out is found out from the file. */
export interface ReaderOptions {
  /** Name of the column or field that holds the text, or its number from 1. */
  readonly textColumn?: string | number;
  /** The same for the label, or for several labels. */
  readonly labelColumn?: string | number;
  /** Parts several labels in one cell; without it a cell is one label, or a JSON array of labels. */
  readonly labelSeparator?: string;
  /** Between columns; CSV only finds out comma, semicolon, tab and bar by itself. */
  readonly delimiter?: string;
  /** Whether the first row names the columns. */
  readonly header?: boolean;
  /** What makes a word of a fastText line a label; default `__label__`. */
  readonly labelPrefix?: string;
}

export const DEFAULT_LABEL_PREFIX = '__label__';

/** Something wrong with one line, or with the record that begins there. */
export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  /** Whether the line was left out; else it was repaired and kept. */
  readonly dropped: boolean;
}

/** Whole lines of a file, decoded; line ends are `\n`. */
export interface TextBlock {
  readonly text: string;
  /** Line number of the block's first line, from 1. */
  readonly firstLine: number;
  /** Lines whose bytes had to be repaired. */
  readonly problems: readonly LineProblem[];
}

/** What some lines gave: documents in file order, and problems. */
export interface RecordBatch {
  readonly documents: readonly Document[];
  readonly problems: readonly LineProblem[];
}

/** What a parser may need to know besides the text. */
export interface Source {
  /** For messages. */
  readonly path: string;
  readonly options: ReaderOptions;
}

/** A document as text of some format, with its line end. */
export interface Encoded {
  readonly text: string;
  /** Whether the format could not hold the document as it is. */
  readonly changed: boolean;
}

export interface Encoder {
  /** What comes before the first document. */
  readonly header: string;
  encode(document: Document): Encoded;
}

/** A file format: how it is recognised, read and written. */
export interface Format {
  readonly description: string;
  /** Endings of file names, with the dot. The first one is used for files that are written. */
  readonly extensions: readonly string[];
  parse(blocks: AsyncIterable<TextBlock>, source: Source): AsyncIterable<RecordBatch>;
  createEncoder(options: ReaderOptions): Encoder;
}
