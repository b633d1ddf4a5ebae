import { type Normalisation, normalise } from '../../text/normalise.ts';
import { END_OF_LINE } from './corpus.ts';

/** How documents become fastText lines. */
export interface LineOptions {
  readonly normalisation: Normalisation;
  readonly labelPrefix: string;
}

/**
 * The text of a document as one fastText line without its labels. A word that fastText would take for a label, or for
 * the end of the line, gets a `_` before it: a text must not label itself.
 */
export function lineOfText(text: string, { normalisation, labelPrefix }: LineOptions): string {
  const line = normalise(text, normalisation);
  if (!line.includes(labelPrefix) && !line.includes(END_OF_LINE)) return line;
  return line
    .split(' ')
    .map((word) => (word.startsWith(labelPrefix) || word === END_OF_LINE ? `_${word}` : word))
    .join(' ');
}

/** The word that stands for a label; a label is one word, so blanks become `_`. */
export function labelWord(label: string, labelPrefix: string): string {
  return labelPrefix + label.replace(/[\0\s]+/g, '_');
}
