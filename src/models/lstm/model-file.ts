import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import type { Predictor, SavedModel } from '../../domain/ports.ts';
import { NORMALISATIONS, type Normalisation, normalise } from '../../text/normalise.ts';
import { createWordVocabulary, formatWords, parseWords } from '../../text/word-vocabulary.ts';
import {
  type ClassifierCard,
  classifierPredictor,
  readClassifier,
  readModelFile,
  saveClassifier,
} from '../neural/classifier-folder.ts';
import { createScorer } from '../neural/scorer.ts';
import { LSTM_INPUTS } from './network.ts';

/** model.json of an LSTM; beside it lie model.onnx and vocab.txt, a word a line. */
export interface LstmCard extends ClassifierCard {
  readonly normalise: Normalisation;
  readonly maxLength: number;
}

const VOCABULARY_FILE = 'vocab.txt';

export async function saveLstm(
  dir: string,
  card: LstmCard,
  { onnx, words }: { readonly onnx: Uint8Array; readonly words: readonly string[] },
): Promise<SavedModel> {
  await writeFile(join(dir, VOCABULARY_FILE), formatWords(words));
  return saveClassifier(dir, card, onnx);
}

/** @throws {UsageError} a folder whose files are missing or damaged */
export async function loadLstmPredictor(dir: string): Promise<Predictor> {
  const { card, onnx } = await readClassifier<LstmCard>(dir, 'lstm');
  if (!NORMALISATIONS.includes(card.normalise) || !(card.maxLength >= 1))
    throw new UsageError(`${join(dir, 'model.json')} does not describe an LSTM.`, {
      fix: 'export the model again',
    });
  const words = parseWords((await readModelFile(join(dir, VOCABULARY_FILE))).toString());
  const scorer = await createScorer({
    onnx,
    network: LSTM_INPUTS,
    tokeniser: createWordVocabulary(words, card.normalise),
    maxLength: card.maxLength,
    nLabels: card.labels.length,
    threads: 1,
  });
  return classifierPredictor(card, scorer, (text) => normalise(text, card.normalise));
}
