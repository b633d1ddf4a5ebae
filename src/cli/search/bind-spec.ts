import type { SearchSpace } from '../../domain/search-space.ts';
import type { StudySpec } from '../../domain/study.ts';
import { checkChoices, loadModel } from '../compose.ts';
import type { Resolved } from '../config/config.ts';
import { patchSpace } from '../config/space-patch.ts';
import { checkFixed } from './fixed-params.ts';
import { DEFAULTS } from './layers.ts';
import { chooseObjective } from './objective.ts';
import { bindProgram } from './program-spec.ts';
import { describeStudyData, findDataChanges } from './study-data.ts';
import { surveyData } from './survey-data.ts';

export type BoundSpec = StudySpec & { readonly model: string };

export interface SpecRequest extends Resolved {
  /** The study's name, for messages. */
  readonly name: string;
  readonly stored: StudySpec | null;
  readonly warn: (message: string) => void;
}

/** The place of a `fix` or `space` entry, for messages. */
export const placeOf =
  ({ sources }: Resolved, key: 'fix' | 'space') =>
  (name: string): string =>
    sources.get(`${key}.${name}`) ?? `the stored ${key}`;

/**
 * The full spec of a study without trials: model, data with hashes, the objective and the space that the data suggests.
 * @throws {UsageError} what cannot be searched
 */
export async function bindSpec(request: SpecRequest): Promise<BoundSpec> {
  const { config, stored } = request;
  const model = await loadModel(config.model!);
  if (model.checkProgram !== undefined) return bindProgram(request, model);
  const choices = { sampler: config.sampler ?? DEFAULTS.sampler, pruner: config.pruner ?? DEFAULTS.pruner };
  checkChoices(choices);
  const data = await describeStudyData(config, stored?.data ?? null);
  const seed = config.seed ?? DEFAULTS.seed;
  const { labels, context } = await surveyData(data, seed, request.warn);
  const unchanged =
    stored?.model === model.name && stored.data !== null && findDataChanges(stored.data, data).length === 0;
  const own: SearchSpace = unchanged ? stored.space : model.space(context);
  const space = patchSpace(own, config.space ?? {}, placeOf(request, 'space'));
  return {
    ...choices,
    model: model.name,
    data,
    seed,
    context,
    space,
    objectives: [chooseObjective(config, labels)],
    fixed: checkFixed(config.fix ?? {}, space, placeOf(request, 'fix')),
    settings: config.set ?? {},
  };
}
