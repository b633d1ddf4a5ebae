import type { StudySpec } from '../../domain/study.ts';
import {
  badValue,
  NEURAL_SETTINGS,
  type NeuralSettings,
  readNeuralSettings,
  refuseUnknownSettings,
} from '../neural/settings.ts';

export interface LstmSettings extends NeuralSettings {
  /** A file of word vectors to begin with, `.vec` or `.bin`; null: what the parameter `embeddings` says. */
  readonly vectors: string | null;
}

/** @throws {UsageError} a setting that there is not, or a value that cannot be used */
export function readLstmSettings(settings: StudySpec['settings']): LstmSettings {
  refuseUnknownSettings(settings, 'lstm', [...NEURAL_SETTINGS, 'vectors']);
  const vectors = settings['vectors'] ?? null;
  if (vectors !== null && typeof vectors !== 'string')
    throw badValue('vectors', vectors, 'the path of a .vec or .bin file');
  return { ...readNeuralSettings(settings), vectors };
}
