import type { Params } from '../domain/distribution.ts';
import type { AttemptPatch, ClaimedTrial } from '../domain/ports.ts';
import type { BoundStudy } from '../domain/study.ts';
import type { FrozenTrial, TrialOutcome } from '../domain/trial.ts';
import { describeBasis } from './basis.ts';
import { chooseParams, type Suggestion } from './choose-params.ts';
import type { Parts } from './options.ts';
import type { KnownTrials } from './repeats.ts';

/** A trial with its params, running and the caller's. */
export interface AskedTrial {
  readonly id: number;
  readonly number: number;
  /** The searched parameters; for what the model is given see {@link runParams}. */
  readonly params: Params;
  /** Enqueued values beyond the search space. */
  readonly extra: Params;
  readonly warnings: readonly string[];
}

export type AskParts = Pick<Parts, 'storage' | 'sampler' | 'model'>;

/** Claims the next trial of a study and chooses its params. The number comes first: all draws depend on it. */
export async function ask(study: BoundStudy, parts: AskParts): Promise<AskedTrial> {
  return sampleClaimed(study, parts, await parts.storage.claimTrial(study.id));
}

/** The second half of {@link ask}, for a number that was claimed before. @param known the study's trials as of the claim or later */
export async function sampleClaimed(
  study: BoundStudy,
  parts: AskParts,
  claimed: Pick<ClaimedTrial, 'id'> & Suggestion,
  known?: KnownTrials,
): Promise<AskedTrial> {
  const { id, number } = claimed;
  const history = before(known?.trials ?? (await parts.storage.getTrials(study.id)), number);
  const choose =
    known === undefined ? parts : { ...parts, isRepeat: (one: Params) => known.isRepeat(one, number) };
  const { params, extra, distributions, warnings } = await chooseParams(study, choose, claimed, history);
  await parts.storage.setParams(id, params, distributions, describeBasis(number, history));
  return { id, number, params, extra, warnings };
}

/**
 * Ends a trial that {@link ask} gave.
 * @param token of the attempt that ran it; null when the caller ran it itself
 * @param end what is known of the attempt's end
 * @returns false when the trial had ended already or the token is old: nothing was changed
 */
export function tell(
  { storage }: Pick<Parts, 'storage'>,
  trial: Pick<AskedTrial, 'id'> & { readonly token: string | null },
  outcome: TrialOutcome,
  end: Pick<AttemptPatch, 'exitCode' | 'signal' | 'failure'> = {},
): Promise<boolean> {
  return storage.finishTrial(trial.id, trial.token, outcome, end);
}

/** What the model is given: fixed, searched and further enqueued parameters together. */
export function runParams(study: BoundStudy, trial: Pick<AskedTrial, 'params' | 'extra'>): Params {
  return { ...study.spec.fixed, ...trial.params, ...trial.extra };
}

/** The trials with smaller numbers. Numbers are dense, so this is a slice. */
function before(trials: readonly FrozenTrial[], number: number): readonly FrozenTrial[] {
  const isDense = trials[number]?.number === number;
  return isDense ? trials.slice(0, number) : trials.filter((trial) => trial.number < number);
}
