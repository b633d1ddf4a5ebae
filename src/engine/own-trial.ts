import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { judgeConstraints } from '../domain/constraint.ts';
import type { Params } from '../domain/distribution.ts';
import { NotFoundError, UsageError } from '../domain/errors.ts';
import { reportedObjective } from '../domain/objective.ts';
import type { BoundStudy, Study } from '../domain/study.ts';
import type { FrozenTrial, Metrics, TrialOutcome } from '../domain/trial.ts';
import { trialFolder } from '../protocol/index.ts';
import { type AskParts, runParams, sampleClaimed, tell } from './ask.ts';
import type { Parts } from './options.ts';
import { viewForPruner } from './pruning-view.ts';

/** Trials of this launcher are run by whoever asked for them, not by an engine. */
export const ASK_LAUNCHER = 'ask';

/** What a trial that its caller runs is asked for and judged with. */
export type OwnTrialParts = AskParts & Pick<Parts, 'pruner'>;

/** A running trial that its caller runs itself: in its own process, or in a shell. */
export interface OwnTrial {
  readonly number: number;
  /** Everything to run with: the searched parameters and the study's fixed ones. */
  readonly params: Params;
  /** Proves that a report or result is this run's. */
  readonly token: string;
  /**
   * Stores an intermediate value.
   * @param step a whole number from 0, the same for the same amount of work in every trial
   * @param value the objective's value, or several metrics by name
   * @throws {UsageError} the trial has ended, or the token is not its own
   */
  report(step: number, value: number | Metrics): Promise<void>;
  /** Whether the study's pruner would stop the trial after what it reported so far. */
  shouldPrune(): Promise<boolean>;
}

/** Claims the next trial of a study for the caller. */
export async function askOwnTrial(study: BoundStudy, parts: OwnTrialParts): Promise<OwnTrial> {
  const { storage } = parts;
  const claimed = await storage.claimTrial(study.id);
  const token = randomUUID();
  // At once: a number without params and attempt would be taken for one that its engine died over.
  await storage.createAttempt({
    trialId: claimed.id,
    attempt: 0,
    token,
    launcher: ASK_LAUNCHER,
    host: hostname(),
    gpu: null,
    dir: join(trialFolder(resolve('runs'), study.uuid, claimed.number), '0'),
  });
  try {
    const asked = await sampleClaimed(study, parts, claimed);
    const params = runParams(study, asked);
    return createHandle(study, parts, { id: claimed.id, number: claimed.number, params, token });
  } catch (error) {
    // A sampler that throws must not leave a trial running for ever.
    const failure = { kind: 'bad-config', message: `not sampled: ${(error as Error).message}` } as const;
    await tell(parts, { id: claimed.id, token }, { state: 'fail', failure });
    throw error;
  }
}

/** The trial that an earlier {@link askOwnTrial} gave, for a program that kept only its number and token. */
export async function reopenOwnTrial(
  study: BoundStudy,
  parts: OwnTrialParts,
  { number, token }: Pick<OwnTrial, 'number' | 'token'>,
): Promise<OwnTrial> {
  const { id, params } = await findTrial(study, parts, number);
  return createHandle(study, parts, { id, number, params: { ...study.spec.fixed, ...params }, token });
}

/**
 * Ends a trial of {@link askOwnTrial}.
 * @returns false when it had ended already, or the token is not its own: nothing was changed
 */
export async function tellOwnTrial(
  study: Pick<Study, 'id' | 'name' | 'spec'>,
  parts: Pick<Parts, 'storage'>,
  { number, token }: Pick<OwnTrial, 'number' | 'token'>,
  outcome: TrialOutcome,
): Promise<boolean> {
  const { id } = await findTrial(study, parts, number);
  return tell(parts, { id, token }, judgeConstraints(study.spec?.constraints, outcome));
}

type Handle = Pick<OwnTrial, 'number' | 'params' | 'token'> & { readonly id: number };

function createHandle(study: BoundStudy, parts: OwnTrialParts, handle: Handle): OwnTrial {
  const { id, number, params, token } = handle;
  const { storage, pruner } = parts;
  const { metric } = reportedObjective(study.spec);
  return {
    number,
    params,
    token,
    async report(step, given) {
      const metrics = typeof given === 'number' ? { [metric]: given } : given;
      const report = { step, value: metrics[metric] ?? Number.NaN, metrics };
      if (!(await storage.recordReports(id, token, [report]))) throw notRunning(number);
    },
    async shouldPrune() {
      const trials = await storage.getTrials(study.id);
      const trial = trials.find((one) => one.number === number);
      if (trial?.state !== 'running') throw notRunning(number);
      const others = trials.filter((one) => one !== trial && !one.excluded);
      const view = viewForPruner(study, others);
      return pruner.prune(view.study, trial, view.history);
    },
  };
}

function notRunning(number: number): UsageError {
  return new UsageError(`trial ${number} no longer runs, or the token is not its own`, {
    fix: `hpo show ${number}`,
  });
}

async function findTrial(
  study: Pick<Study, 'id' | 'name'>,
  { storage }: Pick<Parts, 'storage'>,
  number: number,
): Promise<FrozenTrial> {
  const trial = (await storage.getTrials(study.id)).find((one) => one.number === number);
  if (trial !== undefined) return trial;
  throw new NotFoundError(`study "${study.name}" has no trial ${number}`, { fix: 'hpo trials' });
}
