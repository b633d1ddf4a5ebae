import type { Params } from '../domain/distribution.ts';
import { NotFoundError } from '../domain/errors.ts';
import { splitModelNames } from '../domain/joint-models.ts';
import type { AttemptRecord, Storage, StoredReport } from '../domain/ports.ts';
import type { SearchSummary } from '../domain/search-event.ts';
import type { BoundStudy, Study, StudySpec } from '../domain/study.ts';
import type { CompleteTrial, FrozenTrial, TrialOutcome } from '../domain/trial.ts';
import type { ExportedModel, ExportOptions } from '../engine/best-export.ts';
import type { RunningTrials } from '../engine/live-engines.ts';
import type { OptimizeOptions, Parts } from '../engine/options.ts';
import type { OwnTrial, OwnTrialParts } from '../engine/own-trial.ts';
import type { StopOptions } from '../engine/stop-trial.ts';
import type { Transferred } from '../engine/warm-start.ts';
import type { Importance, ImportanceOptions } from '../importance/index.ts';
import type { Scaled } from '../launchers/slurm/ask-for-workers.ts';
import type { JobPlan } from '../launchers/slurm/plan-jobs.ts';
import type { SlurmLauncherOptions } from '../launchers/slurm/slurm.ts';
import type { Survey } from '../launchers/slurm/survey.ts';
import { loadModel, loadPredictor, MODEL_NAMES, orderModelNames, usualPruner } from '../models/index.ts';
import { createPruner, PRUNERS } from '../pruners/index.ts';
import { createSampler, SAMPLERS } from '../samplers/index.ts';
import type { Upgrade } from '../storage/index.ts';
import type { GlobalArgs } from './command.ts';
import type { LauncherChoice } from './search/cluster.ts';

/** The only file that picks implementations. Everything heavy is imported when it is asked for. */

export const DEFAULT_STORAGE = 'sqlite:trials.db';
export { loadModel, loadPredictor, MODEL_NAMES, orderModelNames, usualPruner };
export const SAMPLER_NAMES = Object.keys(SAMPLERS);
export const PRUNER_NAMES = Object.keys(PRUNERS);

interface StorageOptions {
  /** Whether one that is not there is made. */
  readonly create: boolean;
  readonly warn?: (message: string) => void;
}

/** Which storage. */
type StorageArgs = Partial<Pick<GlobalArgs, 'storage' | 'trust'>>;

/** Whoever opens a storage closes it. */
export async function openStorage(args: StorageArgs, options: StorageOptions): Promise<Storage> {
  const { openStorage } = await import('../storage/index.ts');
  const { create, warn } = options;
  return openStorage(args.storage ?? DEFAULT_STORAGE, {
    create,
    trust: args.trust ?? false,
    ...(warn && { onWarning: warn }),
  });
}

/** The storage, or null where there is none yet. */
export async function openStorageIfAny(
  args: GlobalArgs,
  warn?: StorageOptions['warn'],
): Promise<Storage | null> {
  try {
    return await openStorage(args, { create: false, ...(warn && { warn }) });
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** Brings a storage of an earlier hpo or Optuna to the present tables. */
export async function upgradeStorage(args: GlobalArgs): Promise<Upgrade> {
  const { upgradeStorage } = await import('../storage/index.ts');
  return upgradeStorage(args.storage ?? DEFAULT_STORAGE);
}

/** Opens the storage for the time of `use`. */
export async function withStorage<T>(
  args: StorageArgs,
  options: StorageOptions,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(args, options);
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

/** @throws {UsageError} an unknown sampler or pruner, or an option that it does not have */
export function checkChoices({ sampler, pruner }: Pick<StudySpec, 'sampler' | 'pruner'>): void {
  createSampler(sampler);
  createPruner(pruner);
}

/** What a search runs on. */
async function composeParts(
  study: BoundStudy,
  storage: Storage,
  { name, ...options }: LauncherChoice,
): Promise<Parts> {
  const { createLauncher } = await import('../launchers/index.ts');
  return {
    storage,
    sampler: createSampler(study.spec.sampler),
    pruner: createPruner(study.spec.pruner),
    launcher: createLauncher(name, options),
    model: await loadModel(study.spec.model),
  };
}

/** Searches `study` until a limit is reached or a signal says so. */
export async function runSearch(
  study: BoundStudy,
  storage: Storage,
  options: OptimizeOptions,
  launcher: LauncherChoice,
): Promise<SearchSummary> {
  const { optimize } = await import('../engine/index.ts');
  const parts = await composeParts(study, storage, launcher);
  let reason: SearchSummary['reason'] | null = null;
  try {
    const summary = await optimize(study, parts, options);
    reason = summary.reason;
    return summary;
  } finally {
    const { launcher } = parts;
    await (reason === 'left' ? launcher.leave?.() : launcher.close?.());
  }
}

/** Copies the best trial's own model into a folder. */
export async function exportBest(
  study: Study,
  storage: Storage,
  options: ExportOptions,
): Promise<ExportedModel> {
  const { exportBest } = await import('../engine/index.ts');
  return exportBest(study, storage, options);
}

/** How much each parameter matters. */
export async function computeImportance(
  study: Study,
  trials: readonly FrozenTrial[],
  options: ImportanceOptions,
): Promise<Importance> {
  const { computeImportance } = await import('../importance/index.ts');
  return computeImportance(study, trials, options);
}

/** The model that a trial left, in its folder. */
export async function findTrialModel(
  study: Study,
  storage: Storage,
  trial: CompleteTrial,
  runsDir: string,
): Promise<{ readonly attemptDir: string }> {
  const { findTrialModel } = await import('../engine/best-export.ts');
  return findTrialModel(study, storage, trial, runsDir);
}

/** What a trial that a shell runs is asked for and judged with. */
async function composeOwnTrial({ spec }: BoundStudy, storage: Storage): Promise<OwnTrialParts> {
  return {
    storage,
    sampler: createSampler(spec.sampler),
    pruner: createPruner(spec.pruner),
    // Another program's trials have no known-good configurations here.
    model: splitModelNames(spec.model).every(isModelName) ? await loadModel(spec.model) : null,
  };
}

/** The next trial, for a shell that runs it itself. */
export async function askOwnTrial(study: BoundStudy, storage: Storage): Promise<OwnTrial> {
  const { askOwnTrial } = await import('../engine/index.ts');
  return askOwnTrial(study, await composeOwnTrial(study, storage));
}

type TrialKey = Pick<OwnTrial, 'number' | 'token'>;

/** @returns whether the trial should stop */
export async function reportOwnTrial(
  study: BoundStudy,
  storage: Storage,
  key: TrialKey,
  { step, metrics }: Pick<StoredReport, 'step' | 'metrics'>,
): Promise<boolean> {
  const { reopenOwnTrial } = await import('../engine/index.ts');
  const trial = await reopenOwnTrial(study, await composeOwnTrial(study, storage), key);
  await trial.report(step, metrics);
  return trial.shouldPrune();
}

/** @returns false when the trial had ended, or the token is not its own */
export async function tellOwnTrial(
  study: BoundStudy,
  storage: Storage,
  key: TrialKey,
  outcome: TrialOutcome,
): Promise<boolean> {
  const { tellOwnTrial } = await import('../engine/index.ts');
  return tellOwnTrial(study, { storage }, key, outcome);
}

/** The best configurations of another study, as this one can try them. @throws {NotFoundError} there is no such study */
export async function findTransferred(
  study: BoundStudy,
  from: Storage,
  name: string,
  count: number,
): Promise<Transferred[]> {
  const { transferBest } = await import('../engine/warm-start.ts');
  const other = await from.loadStudy(name);
  return transferBest(study, { study: other, trials: await from.getTrials(other.id) }, count);
}

/** The model's default configuration as a point of the study's space; null where there is none. */
export async function findDefaultParams({ spec, ...study }: Study): Promise<Params | null> {
  if (spec?.model == null || !splitModelNames(spec.model).every(isModelName)) return null;
  const { firstConfiguration } = await import('../engine/choose-params.ts');
  const bound: BoundStudy = { ...study, spec: { ...spec, model: spec.model } };
  return firstConfiguration(bound, await loadModel(spec.model), 0);
}

const isModelName = (name: string): boolean => (MODEL_NAMES as readonly string[]).includes(name);

/** Who looks after the study's running trials. */
export async function findLiveEngines(
  storage: Storage,
  study: Study,
  runsDir: string,
): Promise<RunningTrials> {
  const { findLiveEngines } = await import('../engine/index.ts');
  return findLiveEngines(storage, study, runsDir);
}

/** Ends a running trial of this machine. */
export async function stopTrial(
  attempt: AttemptRecord,
  options: Omit<StopOptions, 'launcher'>,
): Promise<boolean> {
  const [{ stopTrial }, { createLauncher }] = await Promise.all([
    import('../engine/index.ts'),
    import('../launchers/index.ts'),
  ]);
  return stopTrial(attempt, { ...options, launcher: createLauncher('process') });
}

/** Who works for a study on the cluster. */
export async function surveyWorkers(spool: string): Promise<Survey> {
  const { surveyWorkers } = await import('../launchers/slurm/survey.ts');
  return surveyWorkers(spool);
}

/** Asks a search on the cluster for more or fewer workers. @throws {NotFoundError} none runs */
export async function askForWorkers(spool: string, workers: number, waitMs: number): Promise<Scaled> {
  const { askForWorkers } = await import('../launchers/slurm/ask-for-workers.ts');
  return askForWorkers(spool, workers, waitMs);
}

/** The array of workers that a search would submit. */
export async function planWorkers(options: SlurmLauncherOptions): Promise<JobPlan> {
  const { planWorkers } = await import('../launchers/slurm/plan-jobs.ts');
  return planWorkers(options);
}
