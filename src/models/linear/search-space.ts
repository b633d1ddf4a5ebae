import type { Params } from '../../domain/distribution.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import type { SpaceContext } from '../../domain/study.ts';
import { NORMALISATIONS } from '../../text/normalise.ts';

/** Most weights that are held, 512 MB: with many labels fewer features are kept. */
const MAX_WEIGHTS = 2 ** 27;
const MOST_FEATURES = 2 ** 20;
const LEAST_FEATURES = 2 ** 13;

/** Features that fit the bound on weights, one row of weights each. */
export function affordableFeatures(nLabels: number): number {
  return Math.max(LEAST_FEATURES, Math.min(MOST_FEATURES, Math.floor(MAX_WEIGHTS / nLabels)));
}

export function linearSpace({ nLabels }: Pick<SpaceContext, 'nLabels'>): SearchSpace {
  const withChars = { when: { charNgrams: [true] } };
  return {
    normalise: { type: 'categorical', choices: NORMALISATIONS },
    C: { type: 'float', low: 0.3, high: 300, log: true },
    wordNgrams: { type: 'int', low: 1, high: 3 },
    charNgrams: { type: 'categorical', choices: [true, false] },
    charMin: { type: 'int', low: 1, high: 3, ...withChars },
    charExtra: { type: 'int', low: 1, high: 4, ...withChars },
    charShare: { type: 'float', low: 0.1, high: 0.9, ...withChars },
    sublinear: { type: 'categorical', choices: [true, false] },
    minDf: { type: 'int', low: 1, high: 5 },
    maxFeatures: { type: 'int', low: LEAST_FEATURES, high: affordableFeatures(nLabels), log: true },
    balance: { type: 'float', low: 0, high: 1 },
  };
}

/** Plain TF-IDF of words and word pairs first; then what has been good on most sets. */
export function linearDefaults({ nLabels }: Pick<SpaceContext, 'nLabels'>): Params[] {
  const plain = {
    normalise: 'lp',
    C: 10,
    wordNgrams: 2,
    charNgrams: false,
    sublinear: true,
    minDf: 1,
    maxFeatures: affordableFeatures(nLabels),
    balance: 0,
  };
  const chars = { ...plain, charNgrams: true, charMin: 2, charExtra: 3, charShare: 0.5 };
  return [plain, { ...chars, C: 30, balance: 0.5 }, { ...chars, C: 100, balance: 1, minDf: 2 }];
}
