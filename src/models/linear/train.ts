import type { Params } from '../../domain/distribution.ts';
import type { TrainedModel, TrainingContext, TrainingData } from '../../domain/ports.ts';
import { describeTraining } from '../describe-training.ts';
import { evaluateDocuments } from '../evaluate-documents.ts';
import { createPace } from '../pace.ts';
import { chooseScored, collectPredictions } from '../validation-evidence.ts';
import { countModelBytes, saveLinearModel } from './model-file.ts';
import { parseLinearParams } from './params.ts';
import { prepareTraining } from './prepare.ts';
import { runSchedule } from './schedule.ts';
import { predictProbabilities } from './scoring.ts';
import { createSolver } from './solver.ts';

/** @throws {TrialFailure} a configuration or data that cannot be trained; the signal's reason once it is aborted */
export async function trainLinear(
  params: Params,
  data: TrainingData,
  context: TrainingContext,
): Promise<TrainedModel> {
  const [train, valid] = await Promise.all([data.train.read(), data.valid.read()]);
  const { labels } = train;
  const multiLabel = train.multiLabel || valid.multiLabel;
  const options = { labels, objective: context.objective, multiLabel };
  const linear = parseLinearParams(params, labels.length);
  const pace = createPace(context.signal);
  await pace.rest();
  const { problem, vocabulary, held } = await prepareTraining({ train, valid, multiLabel }, linear, pace);
  const solver = createSolver(problem);
  const { weights } = solver;
  const modelBytes = countModelBytes({ vocabulary, weights });

  const evaluateRows = async (rows: readonly number[]) => {
    const probabilities = await predictProbabilities(held.features, { ...problem, weights }, pace, rows);
    const gold = rows.map((row) => held.gold[row]!);
    const evaluation = evaluateDocuments({ gold, probabilities }, options);
    return { ...evaluation, metrics: { ...evaluation.metrics, modelBytes } };
  };
  const { evaluation, ...course } = await runSchedule(
    solver,
    { nDocuments: held.gold.length, evaluateRows },
    { ...context, pace },
  );

  const { metrics, threshold } = evaluation;
  const documents = chooseScored(held.gold.length, labels.length);
  const scores = await predictProbabilities(held.features, { ...problem, weights }, pace, documents);
  const scored = { documents, scores };
  const { normalise, tfidf } = linear;
  const card = { ...options, threshold, params, normalise, tfidf };
  return {
    metrics,
    details: {
      ...describeTraining(held.gold, evaluation, options, scored),
      ...course,
      features: vocabulary.idf.length,
    },
    predictions: collectPredictions(held.gold, evaluation, scored, {
      ...options,
      dataSha256: data.valid.sha256,
    }),
    save: (dir) => saveLinearModel(dir, { card, vocabulary, weights }),
    dispose: () => {},
  };
}
