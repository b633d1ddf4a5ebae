import type { Model } from '../../domain/ports.ts';
import { predictMemory } from './predict-memory.ts';
import { loadFastTextPredictor } from './predictor.ts';
import { FASTTEXT_OPTIONAL, fastTextDefaults, fastTextSpace } from './search-space.ts';
import { trainFastText } from './train.ts';

/** fastText classifiers (Joulin et al. 2016), trained in this process. */
export const model: Model = {
  name: 'fasttext',
  description: 'fastText: bag of words and n-grams, trained in seconds on one processor core',
  space: fastTextSpace,
  optional: FASTTEXT_OPTIONAL,
  defaults: fastTextDefaults,
  resampling: 'folds',
  predictMemory,
  train: trainFastText,
  loadPredictor: loadFastTextPredictor,
};
