import type { Params } from '../../domain/distribution.ts';
import { UsageError } from '../../domain/errors.ts';
import type { Model } from '../../domain/ports.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import { checkChoices } from '../compose.ts';
import { wholeSpace } from '../config/space-patch.ts';
import { type BoundSpec, placeOf, readFolds, type SpecRequest } from './bind-spec.ts';
import { checkFixed } from './fixed-params.ts';
import { DEFAULTS } from './layers.ts';
import { programGoals } from './objective.ts';
import { describeStudyData } from './study-data.ts';

/**
 * The full spec of a study without trials whose trials run somebody's own program: space and objective are what a person says,
 * data is optional (it is hashed then, so that a resumed search notices a change).
 * @throws {UsageError} what cannot be searched
 */
export async function bindProgram(request: SpecRequest, model: Model): Promise<BoundSpec> {
  const { config, stored } = request;
  if (readFolds(request).folds !== undefined) throw noFolds(model.name);
  const choices = { sampler: config.sampler ?? DEFAULTS.sampler, pruner: config.pruner ?? DEFAULTS.pruner };
  checkChoices(choices);
  const space = chooseSpace(request);
  const spec: BoundSpec = {
    ...choices,
    model: model.name,
    data: config.train === undefined ? null : await describeStudyData(config, stored?.data ?? null),
    seed: config.seed ?? DEFAULTS.seed,
    context: null,
    space,
    ...programGoals(config),
    fixed: checkProgramFixed(request, space),
    settings: config.set ?? {},
  };
  model.checkProgram?.(spec);
  return spec;
}

function noFolds(model: string): UsageError {
  return new UsageError(`--folds is for models that train on data of the study; ${model} runs a program`, {
    fix: 'let the program report one score a fold, and --pruner wilcoxon compare them',
  });
}

/** Fixed values may be of the space, and are checked then, or further words for the program. */
export function checkProgramFixed(request: SpecRequest, space: SearchSpace): Params {
  const fixed = request.config.fix ?? {};
  const known = Object.entries(fixed).filter(([name]) => Object.hasOwn(space, name));
  checkFixed(Object.fromEntries(known), space, placeOf(request, 'fix'));
  return fixed;
}

function chooseSpace(request: SpecRequest): SearchSpace {
  const { config, stored } = request;
  const space =
    config.space === undefined ? (stored?.space ?? {}) : wholeSpace(config.space, placeOf(request, 'space'));
  if (Object.keys(space).length > 0) return space;
  throw new UsageError('what is to be searched? A program brings no search space', {
    details: [
      'space.yaml, for instance:',
      '  lr: { type: float, low: 0.0001, high: 1, log: true }',
      '  layers: [1, 2, 4]',
    ],
    fix: '--space space.yaml',
  });
}
