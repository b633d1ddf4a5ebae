import type { Params } from '../../domain/distribution.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { NORMALISATIONS } from '../../text/normalise.ts';
import { LOSSES, type Loss } from './args.ts';

/**
 * The search space for this data. `dim` and `epoch` end where more has only cost more on eight public data sets;
 * `bucket`, which makes up the size of the model file, ends where this many documents have no use for more.
 */
export function fastTextSpace({ nDocuments, multiLabel }: SpaceContext): SearchSpace {
  return {
    lr: { type: 'float', low: 0.05, high: 2, log: true },
    dim: { type: 'int', low: 10, high: 150, log: true },
    epoch: { type: 'int', low: 3, high: 60, log: true },
    wordNgrams: { type: 'int', low: 1, high: 5 },
    minn: { type: 'categorical', choices: [0, 2, 3] },
    maxnExtra: { type: 'int', low: 1, high: 3, when: { minn: { min: 1 } } },
    minCount: { type: 'int', low: 1, high: 5 },
    bucket: {
      type: 'int',
      low: 2 ** 16,
      high: nDocuments < 200_000 ? 2 ** 20 : 2 ** 21,
      log: true,
      when: [{ wordNgrams: { min: 2 } }, { minn: { min: 1 } }],
    },
    loss: { type: 'categorical', choices: [...SEARCHED_LOSSES] },
    normalise: { type: 'categorical', choices: [...NORMALISATIONS] },
    // Among hundreds of tags a rare one is a thousand times rarer than the commonest: repetition would be most of the work.
    oversample: { type: 'float', low: 0, high: multiLabel ? 0.3 : 1 },
  };
}

/**
 * The others cost less where there are very many labels. On three public sets of 6, 77 and 731 labels, at one configuration,
 * hs lost 0 to .13 of precision against softmax and ns −.01 (five documents) to .04.
 */
const SEARCHED_LOSSES: readonly Loss[] = ['softmax', 'ova'];

/** What is searched where it is named: every loss, and how many negatives `ns` draws for a label. */
export const FASTTEXT_OPTIONAL: SearchSpace = {
  loss: { type: 'categorical', choices: [...LOSSES] },
  neg: { type: 'int', low: 1, high: 50, log: true, when: { loss: ['ns'] } },
};

/** The official program's defaults, then what has served data of this kind well. */
export function fastTextDefaults({ nLabels, multiLabel }: SpaceContext): readonly Params[] {
  if (multiLabel)
    return [OFFICIAL, { ...CHARACTERS, oversample: 0 }, { ...CHARACTERS, ...GENTLE, oversample: 0 }];
  if (nLabels > MANY_LABELS) return [OFFICIAL, { ...CHARACTERS, ...MANY_CLASSES }, WORD_PAIRS];
  return [OFFICIAL, CHARACTERS, { ...CHARACTERS, ...NOISY }, WORD_PAIRS];
}

const MANY_LABELS = 50;

const OFFICIAL: Params = {
  lr: 0.1,
  dim: 100,
  epoch: 5,
  wordNgrams: 1,
  minn: 0,
  minCount: 1,
  loss: 'softmax',
  normalise: 'lp',
  oversample: 0,
};

/** Pairs of words and parts of words: misspelt and inflected words still count. */
const CHARACTERS: Params = {
  lr: 0.5,
  dim: 50,
  epoch: 25,
  wordNgrams: 2,
  minn: 2,
  maxnExtra: 3,
  minCount: 1,
  bucket: 2 ** 19,
  loss: 'ova',
  normalise: 'lp',
  oversample: 0.5,
};

/** Many classes, few examples of each: longer runs of words, more room for them, rare classes more often. */
const MANY_CLASSES: Params = { wordNgrams: 3, epoch: 40, bucket: 2 ** 20, oversample: 0.7 };

/** Large sets with noisy labels are soon learnt by heart. */
const GENTLE: Params = { lr: 0.2, dim: 30, epoch: 10 };

/** Tweets and the like: masked names and addresses, little training. */
const NOISY: Params = { lr: 0.15, epoch: 15, wordNgrams: 3, normalise: 'lp+mask' };

/** Short edited texts, where word order, capitals and punctuation tell more than parts of words. */
const WORD_PAIRS: Params = {
  lr: 0.5,
  dim: 50,
  epoch: 25,
  wordNgrams: 2,
  minn: 0,
  minCount: 1,
  bucket: 2 ** 18,
  loss: 'ova',
  normalise: 'raw',
  oversample: 0,
};
