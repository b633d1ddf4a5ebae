import { findFront, joinFront } from '../domain/best-trials.ts';
import type { Resampling } from '../domain/resampling.ts';
import type { SearchEvent } from '../domain/search-event.ts';
import type { BoundStudy } from '../domain/study.ts';
import { type CompleteTrial, type FinishedTrial, isFinished, metricsOf } from '../domain/trial.ts';
import { isProvenGone, type ProcessIdentity, trialFolder } from '../protocol/index.ts';
import { addToTally, EMPTY_TALLY, type Tally } from './budget.ts';
import { GpuSlots } from './gpu-slots.ts';
import { modelsToKeep } from './kept-models.ts';
import type { OptimizeOptions, Parts } from './options.ts';
import { patientStorage } from './patient-storage.ts';
import { createTrialIndex, type TrialIndex } from './trial-index.ts';

/** One run of `optimize`: what it was given, and the little that changes while it goes on. */
export interface Search {
  readonly study: BoundStudy;
  readonly parts: Parts;
  readonly options: OptimizeOptions;
  readonly gpus: GpuSlots;
  /** How each trial is judged; null: by one training. */
  readonly resampling: Resampling | null;
  /** Where the attempts of a trial lie. */
  readonly trialFolder: (number: number) => string;
  readonly startedAt: number;
  /** What is asked about all trials, brought up to date with the storage. */
  readonly lookUp: () => Promise<TrialIndex>;
  /** Numbers of the trials that this run looks after now. */
  readonly mine: Set<number>;
  /** Set when the run is to be given up; running trials are stopped. */
  readonly abandoned: { yes: boolean };
  /** Set when another engine has taken this one's place: running trials are its own. */
  readonly superseded: { yes: boolean };
  /** The best trial so far, or the front of several objectives, of whichever engine. */
  front: readonly CompleteTrial[];
  tally: Tally;
  /** Nothing was left to try when a trial was last asked for. */
  isExhausted: boolean;
}

export async function openSearch(study: BoundStudy, parts: Parts, options: OptimizeOptions): Promise<Search> {
  const front = findFront(study, await parts.storage.getTrials(study.id));
  const patience = {
    onWait: (message: string) => warn(search, message),
    isOver: () => stopOf(search) !== null,
    isEnding: () => isEnding(search),
  };
  const storage = patientStorage(parts.storage, patience);
  const index = createTrialIndex(study, modelsToKeep(options));
  const search: Search = {
    study,
    parts: { ...parts, storage },
    options,
    gpus: new GpuSlots(options.gpus),
    resampling: resamplingOf(study),
    trialFolder: (number) => trialFolder(options.runsDir, study.uuid, number),
    lookUp: async () => index(await storage.getTrials(study.id)),
    startedAt: performance.now(),
    mine: new Set(),
    abandoned: { yes: false },
    superseded: { yes: false },
    front,
    tally: EMPTY_TALLY,
    isExhausted: false,
  };
  return search;
}

function resamplingOf({ spec: { folds, seed } }: BoundStudy): Resampling | null {
  return folds === undefined ? null : { by: 'folds', count: folds, seed, keepModel: true };
}

/** Why everything that runs must stop now, or null. */
export function stopOf(search: Search): 'cancelled' | 'budget' | null {
  if (search.options.stop.aborted || search.abandoned.yes) return 'cancelled';
  return isTimeOver(search) ? 'budget' : null;
}

/** Whether nothing new may start any more. */
export function isEnding(search: Search): boolean {
  return search.options.drain.aborted || isLeaving(search) || stopOf(search) !== null;
}

/** Whether what runs is left to another engine. */
export function isLeaving({ options, superseded }: Search): boolean {
  return superseded.yes || options.leave?.aborted === true;
}

/** Whether trials run on when the engine leaves; else they are asked to write their checkpoints and go. */
export function runsOn({ parts, superseded }: Search): boolean {
  return superseded.yes || parts.launcher.leave !== undefined;
}

/** Whether an engine that looked after trials of this study is gone. */
export async function isEngineGone({ parts }: Search, engine: ProcessIdentity): Promise<boolean> {
  return parts.launcher.isGone === undefined ? isProvenGone(engine) : parts.launcher.isGone(engine);
}

export function isTimeOver({ options: { timeoutMs }, startedAt }: Search): boolean {
  return timeoutMs !== null && performance.now() - startedAt >= timeoutMs;
}

export function emit(search: Search, event: SearchEvent): void {
  search.options.onEvent(event);
}

export function warn(search: Search, message: string): void {
  emit(search, { type: 'warning', message });
}

export function folderOf(search: Search, trialNumber: number): string {
  return search.trialFolder(trialNumber);
}

/** Books a trial that has just ended, and tells those who watch. */
export async function bookFinished(search: Search, number: number): Promise<FinishedTrial | null> {
  const { trials } = await search.lookUp();
  const trial =
    trials[number]?.number === number ? trials[number] : trials.find((one) => one.number === number);
  if (trial === undefined || !isFinished(trial)) return null;
  search.tally = addToTally(search.tally, trial);
  const metrics = metricsOf(trial);
  emit(search, { type: 'trial-finished', trial, metrics, durationMs: trial.completedAt - trial.startedAt });
  const before = search.front;
  search.front = joinFront(search.study, before, trial);
  if (trial.state === 'complete' && search.front !== before) {
    const improvement = improvementOn(before, trial);
    emit(search, { type: 'new-best', trial, metrics, improvement });
  }
  return trial;
}

/** By how much the best value rose or fell; null for the first, and where several values count. */
function improvementOn([before]: readonly CompleteTrial[], { values }: CompleteTrial): number | null {
  return before === undefined || values.length > 1 ? null : Math.abs(values[0]! - before.values[0]!);
}
