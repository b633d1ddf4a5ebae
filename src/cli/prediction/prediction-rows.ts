import type { LabelScore } from '../../domain/ports.ts';
import { csvLine, guardFormula } from '../output/csv.ts';
import { escapeControls } from '../output/escape-controls.ts';
import { plain } from '../output/plain.ts';

export const PREDICTION_FORMATS = ['csv', 'jsonl', 'fasttext'] as const;
export type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

/** How predictions are written: a header, then one line a document. */
export interface RowFormat {
  readonly header: string;
  row(scores: readonly LabelScore[]): string;
}

/**
 * - csv: `label,probability`; several labels and their probabilities are joined by a space each.
 * - jsonl: `{"labels":[…],"probabilities":[…]}`.
 * - fasttext: `__label__a __label__b`, as the official `fasttext predict` prints.
 */
export function rowFormat(
  format: PredictionFormat,
  options: { csvSafe: boolean; labelPrefix: string },
): RowFormat {
  switch (format) {
    case 'csv': {
      const guard = options.csvSafe ? guardFormula : (text: string): string => text;
      return {
        header: csvLine(['label', 'probability']),
        row: (scores) =>
          csvLine([
            guard(scores.map(({ label }) => label).join(' ')),
            scores.map(({ probability }) => roundProbability(probability)).join(' '),
          ]),
      };
    }
    case 'jsonl':
      return { header: '', row: (scores) => `${JSON.stringify(toJson(scores))}\n` };
    case 'fasttext':
      return {
        header: '',
        row: (scores) => `${scores.map(({ label }) => options.labelPrefix + label).join(' ')}\n`,
      };
  }
}

/** For a terminal, which would obey the control characters of a label: JSON has them escaped, the others without. */
export function harmlessRows({ header, row }: RowFormat, format: PredictionFormat): RowFormat {
  const clean = (line: string): string =>
    format === 'jsonl' ? escapeControls(line) : `${plain(line.slice(0, -1))}\n`;
  return { header, row: (scores) => clean(row(scores)) };
}

function toJson(scores: readonly LabelScore[]): { labels: string[]; probabilities: number[] } {
  return {
    labels: scores.map(({ label }) => label),
    probabilities: scores.map(({ probability }) => roundProbability(probability)),
  };
}

/** Models compute in single precision: seven digits are all there is. */
function roundProbability(probability: number): number {
  return Number(probability.toPrecision(7));
}
