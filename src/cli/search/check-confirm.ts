import { UsageError } from '../../domain/errors.ts';
import { COST_METRICS } from '../../domain/objective.ts';
import type { StudySpec } from '../../domain/study.ts';
import { loadModel } from '../compose.ts';

/** @throws {UsageError} a study whose leaders cannot be scored again: before the search, not after it */
export async function checkConfirm(
  { model, objectives }: Pick<StudySpec, 'objectives'> & { readonly model: string },
  leaders: number,
): Promise<void> {
  if (leaders === 0) return;
  if (objectives.length > 1)
    throw new UsageError('--confirm picks by one objective; this study has several', {
      fix: 'leave it out: hpo best shows the front',
    });
  const { metric } = objectives[0]!;
  if (COST_METRICS.includes(metric))
    throw new UsageError(`--confirm scores predictions again; ${metric} is not a score of them`, {
      fix: 'leave it out',
    });
  if ((await loadModel(model)).resampling === null)
    throw new UsageError(`--confirm is for models that hpo trains; ${model} runs a program`, {
      fix: 'leave it out, and enqueue the leaders again: hpo enqueue --from N',
    });
}
