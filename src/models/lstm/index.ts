import type { Model } from '../../domain/ports.ts';
import { predictLstmMemory } from './memory.ts';
import { loadLstmPredictor } from './model-file.ts';
import { LSTM_OPTIONAL, lstmDefaults, lstmSpace } from './search-space.ts';
import { readLstmSettings } from './settings.ts';
import { trainLstm } from './train.ts';

/** Recurrent networks over word vectors. */
export const model: Model = {
  name: 'lstm',
  description: 'LSTM: a recurrent network over word vectors, in one or both directions',
  space: lstmSpace,
  optional: LSTM_OPTIONAL,
  defaults: lstmDefaults,
  resampling: 'seeds',
  predictMemory: predictLstmMemory,
  tracked: true,
  sharedSettings: ['engine', 'device'],
  checkSettings: (settings) => void readLstmSettings(settings),
  train: trainLstm,
  loadPredictor: loadLstmPredictor,
};
