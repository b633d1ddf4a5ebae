import { FailureLimitError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import { type BoundStudy, findBestTrial, OWN_MODEL } from '../domain/study.ts';
import type { CompleteTrial, Metrics, TrialOutcome } from '../domain/trial.ts';
import { askOwnTrial, type OwnTrial, type OwnTrialParts, tellOwnTrial } from '../engine/index.ts';
import { loadModel } from '../models/index.ts';
import { createPruner } from '../pruners/index.ts';
import { createSampler } from '../samplers/index.ts';

/** How a trial ended: its value (one an objective), `'pruned'`, or why it failed. */
export type TrialResult = number | readonly number[] | 'pruned' | { readonly failed: string };

/** A study whose trials the caller runs in its own process. */
export interface AskTell {
  /** The next trial; it runs until {@link AskTell.tell} ends it. */
  ask(): Promise<OwnTrial>;
  /**
   * Ends a trial.
   * @param metrics further numbers worth keeping
   * @returns false when it had ended already: nothing was changed
   */
  tell(trial: Pick<OwnTrial, 'number' | 'token'>, result: TrialResult, metrics?: Metrics): Promise<boolean>;
}

/** Ask and tell, for a loop of the caller's own. */
export async function openAskTell(storage: Storage, study: BoundStudy): Promise<AskTell> {
  const { sampler, pruner, model } = study.spec;
  const parts: OwnTrialParts = {
    storage,
    sampler: createSampler(sampler),
    pruner: createPruner(pruner),
    model: model === OWN_MODEL ? null : await loadModel(model),
  };
  return {
    ask: () => askOwnTrial(study, parts),
    tell: (trial, result, metrics = {}) =>
      tellOwnTrial(study, parts, trial, toOutcome(study, result, metrics)),
  };
}

function toOutcome({ spec }: BoundStudy, result: TrialResult, metrics: Metrics): TrialOutcome {
  if (result === 'pruned') return { state: 'pruned', step: 0 };
  if (typeof result === 'object' && 'failed' in result)
    return { state: 'fail', failure: { kind: 'crash', message: result.failed } };
  const values = typeof result === 'number' ? [result] : result;
  const named = Object.fromEntries(spec.objectives.map(({ metric }, i) => [metric, values[i] ?? Number.NaN]));
  return { state: 'complete', values, metrics: { ...metrics, ...named }, artifact: null, details: {} };
}

/** Thrown by an objective whose trial shall end pruned. */
export class TrialPruned extends Error {
  override readonly name = 'TrialPruned';
}

export interface FunctionSearchOptions {
  /** This many more trials, failed ones included. */
  readonly nTrials: number;
  /** Calls of the objective at the same time: for objectives that wait. Default 1. */
  readonly jobs?: number;
  /** Failed trials in a row that end the search. Default 10. */
  readonly maxFailures?: number;
  /** Aborted: what runs is finished, nothing new begins. */
  readonly signal?: AbortSignal;
}

/**
 * Searches with an objective of the caller's own process. It may report and throw {@link TrialPruned}; whatever else it
 * throws fails its trial.
 * @returns the best trial, or null when none is complete
 * @throws {FailureLimitError} with the last error as its cause
 */
export async function optimizeFunction(
  storage: Storage,
  study: BoundStudy,
  objective: (trial: OwnTrial) => number | readonly number[] | Promise<number | readonly number[]>,
  { nTrials, jobs = 1, maxFailures = 10, signal }: FunctionSearchOptions,
): Promise<CompleteTrial | null> {
  const session = await openAskTell(storage, study);
  let [left, failures] = [nTrials, 0];
  const work = async (): Promise<void> => {
    while (left > 0 && !signal?.aborted && failures < maxFailures) {
      left--;
      const trial = await session.ask();
      try {
        await session.tell(trial, await objective(trial));
        failures = 0;
      } catch (error) {
        if (error instanceof TrialPruned) {
          await session.tell(trial, 'pruned');
          continue;
        }
        await session.tell(trial, { failed: String((error as Error)?.message ?? error) });
        if (++failures >= maxFailures)
          throw new FailureLimitError(`${failures} trials failed in a row.`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, work));
  return findBestTrial(study, await storage.getTrials(study.id));
}
