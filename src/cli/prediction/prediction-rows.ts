import type { LabelScore } from '../../domain/ports.ts';
import { csvLine, guardFormula } from '../output/csv.ts';

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
