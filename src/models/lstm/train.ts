import { downsample } from '../../datasets/resample.ts';
import type { Params } from '../../domain/distribution.ts';
import {
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
  TrialFailure,
} from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import { openEngine } from '../../neural/index.ts';
import { learnWordVocabulary } from '../../text/word-vocabulary.ts';
import { countLabels, weighLabels, weighPositives } from '../neural/label-weights.ts';
import type { Stage } from '../neural/stages.ts';
import type { Labelling, LossSettings } from '../neural/text-network.ts';
import { trainClassifier } from '../neural/train-classifier.ts';
import { createPace } from '../pace.ts';
import { numberLabels, selectTrainable } from '../training-sets.ts';
import { type LstmCard, saveLstm } from './model-file.ts';
import { createLstmNetwork } from './network.ts';
import { type LossChoice, type LstmParams, parseLstmParams } from './params.ts';
import { readLstmSettings } from './settings.ts';
import { findFirstVectors } from './word-vectors.ts';

/** @throws {TrialFailure} a configuration or data that cannot be trained; the signal's reason once it is aborted */
export async function trainLstm(
  params: Params,
  data: TrainingData,
  context: TrainingContext,
): Promise<TrainedModel> {
  const lstm = parseLstmParams(params);
  const settings = readLstmSettings(context.settings);
  const [train, valid] = await Promise.all([data.train.read(), data.valid.read()]);
  const multiLabel = train.multiLabel || valid.multiLabel;
  const documents = selectTrainable({ train, valid, multiLabel });
  const pace = createPace(context.signal);
  await pace.rest();
  const engine = await openEngine({ ...settings, threads: context.threads });
  console.log(`hpo: ${engine.description}`);
  const vocabulary = await learnWordVocabulary(
    documents.map(({ text }) => text),
    lstm,
    pace,
  );
  if (vocabulary.words.length === 0)
    throw new TrialFailure(
      'bad-data',
      `no word occurs minCount = ${lstm.minCount} times in the training texts`,
    );
  const { labels } = train;
  const labelling = { gold: numberLabels(documents, labels), nLabels: labels.length, multiLabel };
  const options = { labels, objective: context.objective, multiLabel };
  const first = await findFirstVectors(vocabulary, data.train, lstm, settings, context);
  const network = createLstmNetwork({
    shape: { ...lstm.shape, embeddingDim: first.dim },
    nWords: vocabulary.size,
    nLabels: labels.length,
    vectors: first.values,
  });
  return trainClassifier(
    {
      documents,
      valid: valid.documents,
      validSha256: data.valid.sha256,
      labelling,
      options,
      tokeniser: vocabulary,
      maxLength: lstm.maxLength,
      network,
      loss: weighLoss(lstm.loss, labelling),
      stages: planStages(lstm, labelling, context.seed),
      batchSize: lstm.batchSize,
      optimizer: { weightDecay: lstm.weightDecay, clipNorm: lstm.clipNorm },
      settings,
      engine,
      facts: first.coverage === null ? {} : { vectorCoverage: first.coverage },
      identity: ['lstm', params, context.settings, data.train.sha256, data.valid.sha256],
    },
    context,
    pace,
    (dir, { onnx, temperature, threshold }) => {
      const { normalise, maxLength } = lstm;
      const card: LstmCard = {
        model: 'lstm',
        ...options,
        threshold,
        temperature,
        params,
        normalise,
        maxLength,
      };
      return saveLstm(dir, card, { onnx, words: vocabulary.words });
    },
  );
}

function weighLoss(choice: LossChoice, { gold, nLabels, multiLabel }: Labelling): LossSettings {
  const counted = { counts: countLabels(gold, nLabels), nTexts: gold.length };
  const weigh = multiLabel ? weighPositives : weighLabels;
  switch (choice.kind) {
    case 'crossEntropy': {
      const { kind, labelSmoothing, balance } = choice;
      return { kind, labelSmoothing, labelWeights: weigh(counted, balance) };
    }
    case 'focal': {
      const weights = weigh(counted, choice.alpha);
      // Of several labels α weighs "has it" and 1 − α "has it not".
      const alpha = multiLabel ? weights.map((weight) => weight / (1 + weight)) : weights;
      return { kind: 'focal', gamma: choice.gamma, alpha };
    }
  }
}

/** A label with fewer texts keeps them all in the balanced stage: so few teach nothing. */
const LEAST_TEXTS = 16;

function planStages({ epochs, rate, firstStage }: LstmParams, { gold }: Labelling, seed: number): Stage[] {
  const all: Stage = { name: 'all', texts: [...gold.keys()], epochs, rate };
  if (firstStage === null) return [all];
  const rng = createRng(seed, 0, 'balanced stage');
  const texts = [...downsample(gold, { ratio: firstStage.ratio, least: LEAST_TEXTS, rng })];
  const peak = rate.peak * firstStage.secondRate;
  return [
    { name: 'balanced', texts, epochs: firstStage.epochs, rate },
    { ...all, rate: { ...rate, peak } },
  ];
}
