import { openFolds, openTrainingData, summarizeLabels } from '../../datasets/index.ts';
import type { Dataset } from '../../domain/dataset.ts';
import type { LabelSummary } from '../../domain/objective.ts';
import type { SpaceContext, StudyData, StudySpec } from '../../domain/study.ts';

/** What the training set is like, read once when a study is bound to it; what is odd about it goes to `warn`. */
export async function surveyData(
  data: StudyData,
  { seed, folds }: Pick<StudySpec, 'seed' | 'folds'>,
  warn: (message: string) => void,
): Promise<{ labels: LabelSummary; context: SpaceContext }> {
  const { documents, warnings } = await readLargest(data, { seed, folds });
  for (const warning of warnings) warn(warning);
  const labels = summarizeLabels(documents);
  const { nLabels, nDocuments, multiLabel } = labels;
  return { labels, context: { nLabels, nDocuments, multiLabel } };
}

/** The largest set that a trial trains on: with folds its last training has all documents. */
async function readLargest(
  data: StudyData,
  { seed, folds }: Pick<StudySpec, 'seed' | 'folds'>,
): Promise<{ documents: Dataset; warnings: readonly string[] }> {
  if (folds !== undefined) {
    const handles = openFolds(data, { count: folds, seed });
    return { documents: await handles.all.read(), warnings: await handles.readWarnings() };
  }
  const split = await openTrainingData(data, seed).readSplit();
  return { documents: split.train, warnings: split.warnings() };
}
