import { UsageError } from '../../domain/errors.ts';
import type { Model } from '../../domain/ports.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import type { StudySpec } from '../../domain/study.ts';
import { checkChoices, loadModel } from '../compose.ts';
import type { Config, Resolved } from '../config/config.ts';
import { patchSpace } from '../config/space-patch.ts';
import { checkFixed } from './fixed-params.ts';
import { DEFAULTS } from './layers.ts';
import { chooseGoals } from './objective.ts';
import { addFixedChoices, addNamed, findIdleFixed } from './optional-space.ts';
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
  model.checkSettings?.(config.set ?? {});
  const data = await describeStudyData(config, stored?.data ?? null);
  const seed = config.seed ?? DEFAULTS.seed;
  const evaluation = readFolds(request);
  const { labels, context } = await surveyData(data, { seed, ...evaluation }, request.warn);
  const unchanged =
    stored?.model === model.name && stored.data !== null && findDataChanges(stored.data, data).length === 0;
  const own = offerSpace(unchanged ? stored.space : model.space(context), model, config);
  const space = patchSpace(own, config.space ?? {}, placeOf(request, 'space'));
  const fixed = checkFixed(config.fix ?? {}, space, placeOf(request, 'fix'));
  for (const fault of findIdleFixed(space, fixed)) request.warn(fault);
  return {
    ...choices,
    model: model.name,
    data,
    ...evaluation,
    seed,
    context,
    space,
    ...chooseGoals(config, labels, model.ownMetrics),
    fixed,
    settings: config.set ?? {},
  };
}

/** What a spec holds of `folds`. @throws {UsageError} fewer than two, named by where it came from */
export function readFolds({ config: { folds = 0 }, sources }: Resolved): Pick<StudySpec, 'folds'> {
  if (folds === 0) return {};
  if (folds >= 2) return { folds };
  throw new UsageError(`${sources.get('folds')}: folds must be at least 2, not ${folds}`, {
    fix: 'leave it out for one validation set',
  });
}

/** The space that the data suggests, and what of the model's optional parameters and choices was asked for. */
function offerSpace(space: SearchSpace, { optional = {} }: Model, { fix = {}, space: patch = {} }: Config) {
  const named = addNamed(space, optional, [...Object.keys(patch), ...Object.keys(fix)]);
  return addFixedChoices(named, optional, fix);
}
