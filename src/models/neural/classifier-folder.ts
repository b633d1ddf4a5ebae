import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Params } from '../../domain/distribution.ts';
import { UsageError } from '../../domain/errors.ts';
import type { Objective } from '../../domain/objective.ts';
import type { Predictor, SavedModel } from '../../domain/ports.ts';
import { answerLabels, type LabelRule } from '../label-choice.ts';
import { createPace } from '../pace.ts';
import { toProbabilities } from './calibrate.ts';
import type { Scorer } from './scorer.ts';

/** What model.json says of a neural classifier. */
export interface ClassifierCard extends LabelRule {
  readonly model: string;
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
  readonly temperature: number;
  readonly objective: Objective;
  readonly params: Params;
}

const ONNX_FILE = 'model.onnx';

/** Writes model.json and model.onnx. */
export async function saveClassifier(
  dir: string,
  card: ClassifierCard,
  onnx: Uint8Array,
): Promise<SavedModel> {
  await writeFile(join(dir, ONNX_FILE), onnx);
  await writeFile(join(dir, 'model.json'), `${JSON.stringify(card, null, 2)}\n`);
  return { path: ONNX_FILE, format: 'onnx' };
}

/** @throws {UsageError} a folder whose files are missing or of another model */
export async function readClassifier<C extends ClassifierCard>(
  dir: string,
  name: string,
): Promise<{ readonly card: C; readonly onnx: Uint8Array }> {
  const path = join(dir, 'model.json');
  const card = JSON.parse((await readModelFile(path)).toString()) as C;
  if (card.model !== name || !Array.isArray(card.labels) || typeof card.temperature !== 'number')
    throw new UsageError(`${path} does not describe a model of ${name}.`, { fix: 'export the model again' });
  return { card, onnx: await readModelFile(join(dir, ONNX_FILE)) };
}

/** @throws {UsageError} it is not there */
export async function readModelFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UsageError(`There is no readable ${path}.`, { cause, fix: 'export the model again' });
  }
}

/** Texts scored at a time: bounds the memory whatever is asked at once. */
const BATCH = 1024;

/** Predicts with a loaded model. */
export function classifierPredictor(
  card: ClassifierCard,
  scorer: Scorer,
  normalise: (text: string) => string,
): Predictor {
  const { labels, multiLabel, temperature } = card;
  const n = labels.length;
  return {
    labels,
    normalise,
    async predict(texts, options) {
      const pace = createPace();
      const answers = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        const some = texts.slice(start, start + BATCH);
        const logits = await scorer.score(some, pace);
        const gold = some.map(() => []);
        const probabilities = toProbabilities({ gold, logits, nLabels: n, multiLabel }, temperature);
        for (let i = 0; i < some.length; i++)
          answers.push(answerLabels(probabilities.subarray(i * n, (i + 1) * n), labels, card, options));
      }
      return answers;
    },
    // Nobody waits for the session's memory.
    dispose: () => void scorer.dispose(),
  };
}
