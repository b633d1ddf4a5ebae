import { openTrainingData, summarizeLabels } from '../../datasets/index.ts';
import type { LabelSummary } from '../../domain/objective.ts';
import type { SpaceContext, StudyData } from '../../domain/study.ts';

/** What the training set is like, read once when a study is bound to it; what is odd about it goes to `warn`. */
export async function surveyData(
  data: StudyData,
  seed: number,
  warn: (message: string) => void,
): Promise<{ labels: LabelSummary; context: SpaceContext }> {
  const split = await openTrainingData(data, seed).readSplit();
  for (const warning of split.warnings()) warn(warning);
  const labels = summarizeLabels(split.train);
  const { nLabels, nDocuments, multiLabel } = labels;
  return { labels, context: { nLabels, nDocuments, multiLabel } };
}
