import type { Model } from '../../domain/ports.ts';
import { predictLinearMemory } from './memory.ts';
import { loadLinearPredictor } from './predictor.ts';
import { linearDefaults, linearSpace } from './search-space.ts';
import { trainLinear } from './train.ts';

/** TF-IDF of word and character n-grams with logistic regression. */
export const model: Model = {
  name: 'linear',
  description: 'logistic regression on TF-IDF of word and character n-grams',
  space: linearSpace,
  defaults: linearDefaults,
  resampling: 'folds',
  ownMetrics: ['loss'],
  predictMemory: predictLinearMemory,
  train: trainLinear,
  loadPredictor: loadLinearPredictor,
};
