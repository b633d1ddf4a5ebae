import type { Params } from '../../domain/distribution.ts';
import { NORMALISATIONS, type Normalisation } from '../../text/normalise.ts';
import { createParamReader } from '../param-reader.ts';
import { affordableFeatures, linearDefaults } from './search-space.ts';
import type { TfidfOptions } from './tfidf.ts';

/** A configuration, whole and checked. */
export interface LinearParams {
  readonly normalise: Normalisation;
  readonly tfidf: TfidfOptions;
  /** Weight of the data against the penalty, as scikit-learn's C. */
  readonly C: number;
  /** 0: every document counts the same; 1: every label as much as any other. */
  readonly balance: number;
}

/**
 * Any set of the space's parameters, the rest as in the first defaults.
 * @throws {TrialFailure} a value that cannot be trained with
 */
export function parseLinearParams(params: Params, nLabels: number): LinearParams {
  const read = createParamReader('linear', params, {
    ...linearDefaults({ nLabels })[0],
    charMin: 2,
    charExtra: 3,
    charShare: 0.5,
  });
  const charMin = read.whole('charMin', 1, 50);
  const charMax = charMin + read.whole('charExtra', 0, 50);
  const charNgrams = read.choice('charNgrams', [true, false]);
  const wordNgrams = read.whole('wordNgrams', 0, 10);
  if (wordNgrams === 0 && !charNgrams)
    read.refuse('needs words or characters: wordNgrams is 0, charNgrams is off');
  return {
    normalise: read.choice('normalise', NORMALISATIONS),
    tfidf: {
      wordNgrams,
      charNgrams: charNgrams ? { min: charMin, max: charMax } : null,
      charShare: read.number('charShare', 0, 1),
      sublinear: read.choice('sublinear', [true, false]),
      minDf: read.whole('minDf', 1),
      maxFeatures: Math.min(read.whole('maxFeatures', 1), affordableFeatures(nLabels)),
    },
    C: read.number('C', 1e-9),
    balance: read.number('balance', 0, 10),
  };
}
