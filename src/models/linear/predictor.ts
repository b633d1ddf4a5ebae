import type { Predictor } from '../../domain/ports.ts';
import { normalise } from '../../text/normalise.ts';
import { answerLabels } from '../label-choice.ts';
import { createPace } from '../pace.ts';
import { loadLinearModel } from './model-file.ts';
import { predictProbabilities } from './scoring.ts';
import { encodeDocuments } from './tfidf.ts';
import { tokenise } from './tokens.ts';

/** Texts encoded at a time: bounds the memory whatever is asked at once. */
const BATCH = 1024;

export async function loadLinearPredictor(dir: string): Promise<Predictor> {
  const { card, vocabulary, weights } = await loadLinearModel(dir);
  const { labels, multiLabel, tfidf } = card;
  const scorer = { nLabels: labels.length, loss: multiLabel ? 'ova' : 'softmax', weights } as const;
  const prepare = (text: string): string => normalise(text, card.normalise);
  return {
    labels,
    normalise: prepare,
    async predict(texts, options) {
      const pace = createPace();
      const answers = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        const corpus = await tokenise(texts.slice(start, start + BATCH), prepare, pace);
        const features = await encodeDocuments(corpus, vocabulary, tfidf, pace);
        const probabilities = await predictProbabilities(features, scorer, pace);
        for (let row = 0; row < features.rows; row++) {
          const own = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
          answers.push(answerLabels(own, labels, card, options));
        }
      }
      return answers;
    },
    dispose: () => {},
  };
}
