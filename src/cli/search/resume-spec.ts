import { UsageError } from '../../domain/errors.ts';
import { formatMetric, reportedObjective } from '../../domain/objective.ts';
import type { StudySpec } from '../../domain/study.ts';
import { checkChoices, loadModel } from '../compose.ts';
import type { Config } from '../config/config.ts';
import { patchSpace } from '../config/space-patch.ts';
import { describeConstraint, describeGoals } from '../output/goals.ts';
import { type BoundSpec, placeOf, type SpecRequest } from './bind-spec.ts';
import { checkFixed } from './fixed-params.ts';
import { type Goals, repeatGoals } from './objective.ts';
import { addFixedChoices } from './optional-space.ts';
import { checkProgramFixed } from './program-spec.ts';
import { compareSpaces } from './space-change.ts';
import { describeStudyData, findDataChanges } from './study-data.ts';
import { surveyData } from './survey-data.ts';

export interface ResumedSpec {
  readonly spec: BoundSpec;
  /** What a person allowed to change in the data; one line each. */
  readonly dataChanges: readonly string[];
  /** What a person changed in the search space; one line each. */
  readonly spaceChanges: readonly string[];
}

/**
 * The spec with which a study that has trials goes on. Sampler, pruner, settings, fixed values and the bounds of its
 * parameters may change; model, seed and objective may not, choices only in a copy, and the data only where it is allowed.
 */
export async function resumeSpec(
  request: SpecRequest & {
    readonly stored: BoundSpec;
    readonly allowDataChange: boolean;
    readonly copyTo: string | null;
  },
): Promise<ResumedSpec> {
  const { config, stored, name } = request;
  refuseOtherSearch(name, stored, config);
  const choices = { sampler: config.sampler ?? stored.sampler, pruner: config.pruner ?? stored.pruner };
  checkChoices(choices);
  const { checkProgram, checkSettings, optional = {} } = await loadModel(stored.model);
  checkSettings?.(config.set ?? {});
  const own = addFixedChoices(stored.space, optional, config.fix ?? {});
  const patched = patchSpace(own, config.space ?? {}, placeOf(request, 'space'));
  const { changes: spaceChanges, needCopy } = compareSpaces(stored.space, patched);
  if (needCopy.length > 0 && request.copyTo === null) throw spaceConflict(name, spaceChanges, needCopy);
  const needsData = checkProgram === undefined || config.train !== undefined;
  const data = needsData ? await describeStudyData(config, stored.data) : null;
  const dataChanges = stored.data === null || data === null ? [] : findDataChanges(stored.data, data);
  if (dataChanges.length > 0 && !request.allowDataChange) throw dataConflict(name, dataChanges);
  const isOtherData = dataChanges.length > 0 && data !== null && checkProgram === undefined;
  const context = isOtherData ? (await surveyData(data, stored, request.warn)).context : stored.context;
  const fixed =
    checkProgram === undefined
      ? checkFixed(config.fix ?? {}, patched, placeOf(request, 'fix'))
      : checkProgramFixed(request, patched);
  const spec = { ...stored, ...choices, space: patched, data, context, fixed, settings: config.set ?? {} };
  checkProgram?.(spec);
  return { spec, dataChanges, spaceChanges };
}

function refuseOtherSearch(name: string, stored: StudySpec, config: Config): void {
  if (config.model !== stored.model) throw conflict(name, 'model', stored.model!, config.model!);
  if (config.seed !== stored.seed) throw conflict(name, 'seed', String(stored.seed), String(config.seed));
  if ((config.folds ?? 0) !== (stored.folds ?? 0))
    throw conflict(name, 'evaluation', describeFolds(stored.folds), describeFolds(config.folds));
  const wanted = repeatGoals(config);
  for (const [what, describe] of Object.entries(GOALS))
    if (describe(wanted) !== describe(stored)) throw conflict(name, what, describe(stored), describe(wanted));
}

/** What trials were judged by, as one line each: they cannot be judged by anything else. */
const GOALS: Readonly<Record<string, (goals: Goals) => string>> = {
  objective: ({ objectives }) => describeGoals({ objectives }),
  constraints: ({ constraints = [] }) => constraints.map(describeConstraint).join(', ') || 'none',
  'metric to prune by': (goals) => formatMetric(reportedObjective(goals)),
};

const describeFolds = (folds = 0): string => (folds === 0 ? 'one validation set' : `${folds} folds`);

function conflict(name: string, what: string, was: string, wanted: string): UsageError {
  return new UsageError(`study "${name}" has trials, so its ${what} stays`, {
    details: [`${what}: ${was}; asked for: ${wanted}`],
    fix: 'leave the option out, or begin another study: --study NAME',
  });
}

function spaceConflict(name: string, changes: readonly string[], needCopy: readonly string[]): UsageError {
  return new UsageError(`study "${name}" has trials, so the choices and types of its parameters stay`, {
    details: [
      ...changes,
      `within one study only bounds and steps may change; not so here: ${needCopy.join(', ')}`,
    ],
    fix: 'go on in a copy that keeps what its trials taught: --copy-to NAME',
  });
}

function dataConflict(name: string, changes: readonly string[]): UsageError {
  return new UsageError(`the data of study "${name}" is not what its trials saw`, {
    details: changes,
    fix: 'begin another study: --study NAME, or go on all the same: --allow-data-change',
  });
}
