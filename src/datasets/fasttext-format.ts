import type { Document } from '../domain/dataset.ts';
import {
  DEFAULT_LABEL_PREFIX,
  type Encoder,
  type Format,
  type LineProblem,
  type ReaderOptions,
  type RecordBatch,
  type Source,
  type TextBlock,
} from './format.ts';
import { linesOf } from './text-blocks.ts';

/** `__label__sports __label__local The text …`, one document a line. */
export const fastTextFormat: Format = {
  description: '__label__X __label__Y text, one document a line',
  extensions: ['.txt', '.ft', '.fasttext'],
  parse: parseFastText,
  createEncoder: createFastTextEncoder,
};

async function* parseFastText(
  blocks: AsyncIterable<TextBlock>,
  { options }: Source,
): AsyncGenerator<RecordBatch> {
  const prefix = options.labelPrefix ?? DEFAULT_LABEL_PREFIX;
  for await (const block of blocks) {
    const documents: Document[] = [];
    const problems: LineProblem[] = [...block.problems];
    for (const [i, line] of linesOf(block).entries()) {
      const parsed = parseFastTextLine(line, prefix);
      if (typeof parsed === 'string')
        problems.push({ line: block.firstLine + i, reason: parsed, dropped: true });
      else documents.push(parsed);
    }
    yield { documents, problems };
  }
}

/**
 * Words that begin with the prefix are labels wherever they stand; all others are the text. Words are parted by ASCII
 * blanks only, as fastText does: a no-break space is part of a word.
 * @returns the document, or what is wrong with the line.
 */
export function parseFastTextLine(line: string, prefix: string): Document | string {
  const labels: string[] = [];
  let at = skipBlanks(line, 0);
  if (at === line.length) return 'blank line';
  while (line.startsWith(prefix, at)) {
    const end = wordEnd(line, at);
    labels.push(line.slice(at + prefix.length, end));
    at = skipBlanks(line, end);
  }
  let text = trimEndBlanks(line.slice(at));
  if (text.includes(prefix)) {
    const words = text.split(/[ \t\v\f\r]+/);
    labels.push(...words.filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length)));
    if (words.some((word) => word.startsWith(prefix)))
      text = words.filter((word) => !word.startsWith(prefix)).join(' ');
  }
  if (labels.length === 0) return `no word begins with ${prefix}`;
  if (labels.includes('')) return `nothing follows ${prefix}`;
  return { text, labels: labels.length > 1 ? [...new Set(labels)] : labels };
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line.charCodeAt(at))) at++;
  return at;
}

function wordEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
  return at;
}

function trimEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Line breaks become a space, blanks in labels `_`, and a word of the text that would be a label gets a `_` before it. */
function createFastTextEncoder({ labelPrefix = DEFAULT_LABEL_PREFIX }: ReaderOptions): Encoder {
  return {
    header: '',
    encode({ text, labels }) {
      const safeLabels = labels.map((label) => label.replace(/\s+/g, '_'));
      const oneLine = text.replace(/[\n\r\0\v\f\u0085\u2028\u2029]+/g, ' ');
      const safeText = oneLine.includes(labelPrefix) ? guardWords(oneLine, labelPrefix) : oneLine;
      const words = safeLabels.map((label) => labelPrefix + label);
      const changed =
        safeText !== text || labels.length === 0 || labels.some((label, i) => label !== safeLabels[i]);
      return { text: `${[...words, safeText].join(' ')}\n`, changed };
    },
  };
}

function guardWords(text: string, prefix: string): string {
  return text
    .split(/([ \t]+)/)
    .map((word) => (word.startsWith(prefix) ? `_${word}` : word))
    .join('');
}
